package io.sonic.benchmarks.peers;

import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The JDK's own client, {@code java.net.http.WebSocket}. Its listener runs on the client's selector thread: an
 * executor of its own costs a hand-over for each message.
 */
public final class JdkWebSocketPeer implements Peer {
    private JdkWebSocketPeer() {
    }

    /**
     * Runs one measurement and prints its last line.
     *
     * @param arguments the mode and its options
     */
    public static void main(String[] arguments) {
        Peer.run(new JdkWebSocketPeer(), arguments);
    }

    @Override
    public String latency(PeerOptions options) throws Exception {
        RoundTrips roundTrips = new RoundTrips(options);
        runUntilDone(options, new EchoListener(roundTrips, options.message()));
        return roundTrips.summary("jdk");
    }

    @Override
    public String rate(PeerOptions options) throws Exception {
        MessageRate rate = new MessageRate(options);
        runUntilDone(options, new CountingListener(rate));
        return rate.summary("jdk");
    }

    private static void runUntilDone(PeerOptions options, DoneListener listener) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().executor(Runnable::run).build()) {
            WebSocket socket = client.newWebSocketBuilder().buildAsync(options.uri(), listener).get();
            try {
                listener.done.get();
            } finally {
                socket.abort();
            }
        }
    }

    private abstract static class DoneListener implements WebSocket.Listener {
        final CompletableFuture<Void> done = new CompletableFuture<>();

        @Override
        public void onError(WebSocket socket, Throwable error) {
            done.completeExceptionally(error);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            done.completeExceptionally(new IllegalStateException("the server closed with " + code + " before the end"));
            return null;
        }
    }

    private static final class EchoListener extends DoneListener {
        private final RoundTrips roundTrips;
        private final String message;
        private final StringBuilder echo = new StringBuilder();

        EchoListener(RoundTrips roundTrips, String message) {
            this.roundTrips = roundTrips;
            this.message = message;
        }

        @Override
        public void onOpen(WebSocket socket) {
            socket.request(Long.MAX_VALUE);
            send(socket);
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            echo.append(data);
            if (last) {
                boolean more = roundTrips.received();
                if (!message.contentEquals(echo)) {
                    done.completeExceptionally(new IllegalStateException("the echo differs from the message"));
                } else if (more) {
                    echo.setLength(0);
                    send(socket);
                } else {
                    done.complete(null);
                }
            }
            return null;
        }

        private void send(WebSocket socket) {
            roundTrips.sending();
            socket.sendText(message, true);
        }
    }

    private static final class CountingListener extends DoneListener {
        private final MessageRate rate;
        private int length;

        CountingListener(MessageRate rate) {
            this.rate = rate;
        }

        @Override
        public void onOpen(WebSocket socket) {
            socket.request(Long.MAX_VALUE);
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            length += data.length();
            if (last) {
                boolean more = rate.received(length);
                length = 0;
                if (!more) {
                    done.complete(null);
                }
            }
            return null;
        }
    }
}
