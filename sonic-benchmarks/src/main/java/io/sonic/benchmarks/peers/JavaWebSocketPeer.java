package io.sonic.benchmarks.peers;

import java.util.concurrent.CompletableFuture;
import org.java_websocket.client.WebSocketClient;
import org.java_websocket.handshake.ServerHandshake;

/**
 * Java-WebSocket: one thread of the connection reads, another one writes.
 */
public final class JavaWebSocketPeer implements Peer {
    private JavaWebSocketPeer() {
    }

    /**
     * Runs one measurement and prints its last line.
     *
     * @param arguments the mode and its options
     */
    public static void main(String[] arguments) {
        Peer.run(new JavaWebSocketPeer(), arguments);
    }

    @Override
    public String latency(PeerOptions options) throws Exception {
        RoundTrips roundTrips = new RoundTrips(options);
        runUntilDone(new EchoClient(options, roundTrips));
        return roundTrips.summary("java-websocket");
    }

    @Override
    public String rate(PeerOptions options) throws Exception {
        MessageRate rate = new MessageRate(options);
        runUntilDone(new CountingClient(options, rate));
        return rate.summary("java-websocket");
    }

    private static void runUntilDone(DoneClient client) throws Exception {
        client.setTcpNoDelay(true);
        client.connect();
        client.done.get();
    }

    private abstract static class DoneClient extends WebSocketClient {
        final CompletableFuture<Void> done = new CompletableFuture<>();

        DoneClient(PeerOptions options) {
            super(options.uri());
        }

        @Override
        public void onOpen(ServerHandshake handshake) {
            // A server that floods starts by itself.
        }

        @Override
        public void onClose(int code, String reason, boolean remote) {
            done.completeExceptionally(new IllegalStateException("closed with " + code + " before the end"));
        }

        @Override
        public void onError(Exception failure) {
            done.completeExceptionally(failure);
        }
    }

    private static final class EchoClient extends DoneClient {
        private final RoundTrips roundTrips;
        private final String message;

        EchoClient(PeerOptions options, RoundTrips roundTrips) {
            super(options);
            this.roundTrips = roundTrips;
            this.message = options.message();
        }

        @Override
        public void onOpen(ServerHandshake handshake) {
            sendMessage();
        }

        @Override
        public void onMessage(String echo) {
            boolean more = roundTrips.received();
            if (!message.equals(echo)) {
                done.completeExceptionally(new IllegalStateException("the echo differs from the message"));
            } else if (more) {
                sendMessage();
            } else {
                done.complete(null);
            }
        }

        private void sendMessage() {
            roundTrips.sending();
            send(message);
        }
    }

    private static final class CountingClient extends DoneClient {
        private final MessageRate rate;

        CountingClient(PeerOptions options, MessageRate rate) {
            super(options);
            this.rate = rate;
        }

        @Override
        public void onMessage(String message) {
            if (!done.isDone() && !rate.received(message.length())) {
                done.complete(null);
            }
        }
    }
}
