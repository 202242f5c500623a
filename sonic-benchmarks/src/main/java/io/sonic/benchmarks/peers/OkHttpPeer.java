package io.sonic.benchmarks.peers;

import java.util.concurrent.CompletableFuture;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;

/**
 * OkHttp. Its listener runs on a reader thread of the connection, what is sent on one of the client's task threads.
 */
public final class OkHttpPeer implements Peer {
    private OkHttpPeer() {
    }

    /**
     * Runs one measurement and prints its last line.
     *
     * @param arguments the mode and its options
     */
    public static void main(String[] arguments) {
        Peer.run(new OkHttpPeer(), arguments);
    }

    @Override
    public String latency(PeerOptions options) throws Exception {
        RoundTrips roundTrips = new RoundTrips(options);
        runUntilDone(options, new EchoListener(roundTrips, options.message()));
        return roundTrips.summary("okhttp");
    }

    @Override
    public String rate(PeerOptions options) throws Exception {
        MessageRate rate = new MessageRate(options);
        runUntilDone(options, new CountingListener(rate));
        return rate.summary("okhttp");
    }

    private static void runUntilDone(PeerOptions options, DoneListener listener) throws Exception {
        OkHttpClient client = new OkHttpClient();
        Request request = new Request.Builder().url(options.uri().toString()).build();
        WebSocket socket = client.newWebSocket(request, listener);
        try {
            listener.done.get();
        } finally {
            socket.cancel();
        }
    }

    private abstract static class DoneListener extends WebSocketListener {
        final CompletableFuture<Void> done = new CompletableFuture<>();

        @Override
        public void onFailure(WebSocket socket, Throwable failure, Response response) {
            done.completeExceptionally(failure);
        }

        @Override
        public void onClosing(WebSocket socket, int code, String reason) {
            done.completeExceptionally(new IllegalStateException("the server closed with " + code + " before the end"));
        }
    }

    private static final class EchoListener extends DoneListener {
        private final RoundTrips roundTrips;
        private final String message;

        EchoListener(RoundTrips roundTrips, String message) {
            this.roundTrips = roundTrips;
            this.message = message;
        }

        @Override
        public void onOpen(WebSocket socket, Response response) {
            send(socket);
        }

        @Override
        public void onMessage(WebSocket socket, String echo) {
            boolean more = roundTrips.received();
            if (!message.equals(echo)) {
                done.completeExceptionally(new IllegalStateException("the echo differs from the message"));
            } else if (more) {
                send(socket);
            } else {
                done.complete(null);
            }
        }

        private void send(WebSocket socket) {
            roundTrips.sending();
            socket.send(message);
        }
    }

    private static final class CountingListener extends DoneListener {
        private final MessageRate rate;

        CountingListener(MessageRate rate) {
            this.rate = rate;
        }

        @Override
        public void onMessage(WebSocket socket, String message) {
            if (!done.isDone() && !rate.received(message.length())) {
                done.complete(null);
            }
        }
    }
}
