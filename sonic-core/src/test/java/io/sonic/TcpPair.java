package io.sonic;

import java.io.IOException;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Two streams of one reactor that are connected to each other.
 */
record TcpPair(TcpStream client, TcpStream server) {
    static TcpPair connect(Reactor reactor) throws IOException {
        return connect(reactor, Loopback.IPV4, new SocketOptions());
    }

    /**
     * Connects with small buffers in the kernel, so that a writer soon finds them full.
     */
    static TcpPair connectNarrow(Reactor reactor) throws IOException {
        return connect(reactor, Loopback.IPV4, new SocketOptions()
                .set(SocketOption.SEND_BUFFER, 16 * 1024).set(SocketOption.RECEIVE_BUFFER, 16 * 1024));
    }

    static TcpPair connect(Reactor reactor, Loopback loopback, SocketOptions options) throws IOException {
        try (TcpListener listener = TcpListener.open(reactor, loopback.anyPort(), options)) {
            Recorder recorder = new Recorder();
            TcpStream client = TcpStream.open(reactor, options);
            listener.asyncAccept(recorder.accept);
            client.asyncConnect(listener.localAddress(), 0, recorder.connect);
            Await.until(reactor, () -> recorder.count() == 2);
            if (!client.isConnected() || recorder.accepted.size() != 1) {
                throw new AssertionError("not connected: " + recorder.events, client.failure());
            }
            return new TcpPair(client, recorder.accepted.getFirst());
        }
    }

    /**
     * Writes from one stream, whose peer does not read, until the kernel takes no more and nothing is on its way.
     *
     * @return bytes that were written.
     */
    static long fill(Reactor reactor, TcpStream stream) {
        UnsafeBuffer chunk = Buffers.allocate(64 * 1024);
        int localPort = stream.localAddress().getPort();
        int remotePort = stream.remoteAddress().getPort();
        long[] total = new long[1];
        Await.until(reactor, () -> {
            boolean stuck = TcpTable.isStuck(localPort, remotePort);
            Buffers.fill(chunk, 0, chunk.capacity(), total[0]);
            int written = stream.tryWrite(chunk, 0, chunk.capacity());
            total[0] += Math.max(0, written);
            return stuck && written < 0;
        });
        return total[0];
    }
}
