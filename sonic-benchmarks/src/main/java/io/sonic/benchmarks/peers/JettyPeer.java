package io.sonic.benchmarks.peers;

import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.client.WebSocketClient;

/**
 * Jetty's client, which has its listener called on its own pool of threads.
 */
public final class JettyPeer implements Peer {
    private static final int MESSAGE_LIMIT = 1 << 20;
    private static final int READ_BUFFER = 128 << 10;

    private JettyPeer() {
    }

    /**
     * Runs one measurement and prints its last line.
     *
     * @param arguments the mode and its options
     */
    public static void main(String[] arguments) {
        Peer.run(new JettyPeer(), arguments);
    }

    @Override
    public String latency(PeerOptions options) throws Exception {
        RoundTrips roundTrips = new RoundTrips(options);
        runUntilDone(options, new EchoListener(roundTrips, options.message()));
        return roundTrips.summary("jetty");
    }

    @Override
    public String rate(PeerOptions options) throws Exception {
        MessageRate rate = new MessageRate(options);
        runUntilDone(options, new CountingListener(rate));
        return rate.summary("jetty");
    }

    private static void runUntilDone(PeerOptions options, DoneListener listener) throws Exception {
        WebSocketClient client = new WebSocketClient();
        client.setMaxTextMessageSize(MESSAGE_LIMIT);
        client.setInputBufferSize(READ_BUFFER);
        client.start();
        try {
            client.connect(listener, options.uri()).get();
            listener.done.get();
        } finally {
            client.stop();
        }
    }

    private abstract static class DoneListener extends Session.Listener.AbstractAutoDemanding {
        final CompletableFuture<Void> done = new CompletableFuture<>();

        @Override
        public void onWebSocketError(Throwable cause) {
            done.completeExceptionally(cause);
        }

        @Override
        public void onWebSocketClose(int code, String reason, Callback callback) {
            done.completeExceptionally(new IllegalStateException("the server closed with " + code + " before the end"));
            callback.succeed();
        }
    }

    /** Public, as Jetty demands of what it calls. */
    public static final class EchoListener extends DoneListener {
        private final RoundTrips roundTrips;
        private final String message;

        EchoListener(RoundTrips roundTrips, String message) {
            this.roundTrips = roundTrips;
            this.message = message;
        }

        @Override
        public void onWebSocketOpen(Session session) {
            super.onWebSocketOpen(session);
            send();
        }

        @Override
        public void onWebSocketText(String echo) {
            boolean more = roundTrips.received();
            if (!message.equals(echo)) {
                done.completeExceptionally(new IllegalStateException("the echo differs from the message"));
            } else if (more) {
                send();
            } else {
                done.complete(null);
            }
        }

        private void send() {
            roundTrips.sending();
            getSession().sendText(message, Callback.NOOP);
        }
    }

    /** Public, as Jetty demands of what it calls. */
    public static final class CountingListener extends DoneListener {
        private final MessageRate rate;

        CountingListener(MessageRate rate) {
            this.rate = rate;
        }

        @Override
        public void onWebSocketText(String message) {
            if (!done.isDone() && !rate.received(message.length())) {
                done.complete(null);
            }
        }
    }
}
