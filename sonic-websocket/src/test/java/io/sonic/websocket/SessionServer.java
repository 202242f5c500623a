package io.sonic.websocket;

import io.sonic.IoStatus;
import io.sonic.TcpListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A venue: accepts any number of connections one after the other, and does with them what the test wants.
 */
final class SessionServer implements AutoCloseable {
    final List<Peer> peers = new ArrayList<>();
    private final Loop loop;
    private TcpListener listener;
    private IntFunction<WebSocketStream.Context> contexts = number -> new WebSocketStream.Context();
    private boolean deaf;

    /**
     * One connection, seen from the venue.
     */
    static final class Peer {
        final WebSocketStream ws;
        final Recorder recorder;

        Peer(Loop loop, WebSocketStream.Context context) {
            List<String> controls = new ArrayList<>();
            try {
                ws = WebSocketStream.open(loop.reactor, context.controlHandler((opcode, buffer, offset, length) ->
                    controls.add(opcode.toString())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            recorder = new Recorder(ws);
            this.controls = controls;
        }

        final List<String> controls;

        void send(String text) {
            ws.asyncWrite(Opcode.TEXT, WebSocketStreamTest.text(text), 0, text.length(), (status, length) -> { });
        }

        List<String> heard() {
            return recorder.events;
        }
    }

    SessionServer(Loop loop) throws IOException {
        this.loop = loop;
        listener = TcpListener.open(loop.reactor, WebSocketPair.loopback());
        accept();
    }

    /**
     * Has the connections that come answered so, by their number from 0 on.
     */
    void answer(IntFunction<WebSocketStream.Context> newContexts) {
        contexts = newContexts;
    }

    /**
     * Reads nothing from the connections that come, so that no ping is answered.
     */
    void deaf(boolean nowDeaf) {
        deaf = nowDeaf;
    }

    private void accept() {
        listener.asyncAccept((status, stream) -> {
            if (status != IoStatus.OK) {
                return;
            }
            Peer peer = new Peer(loop, contexts.apply(peers.size()));
            peers.add(peer);
            peer.ws.asyncAccept(stream, outcome -> {
                if (outcome == IoStatus.OK && !deaf) {
                    peer.recorder.readOn();
                }
            });
            accept();
        });
    }

    String url() {
        return WebSocketPair.url(listener) + "/stream";
    }

    Peer await(int number) {
        loop.until(() -> peers.size() > number && peers.get(number).ws.isConnected());
        return peers.get(number);
    }

    @Override
    public void close() {
        listener.close();
        peers.forEach(peer -> peer.ws.close());
    }
}
