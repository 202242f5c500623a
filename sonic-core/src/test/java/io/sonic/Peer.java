package io.sonic;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A connection whose other end is a socket of the JDK, which blocks, resets and sends out of band as a test wants.
 */
record Peer(Socket socket, TcpStream stream) implements AutoCloseable {
    static Peer connect(Reactor reactor) throws IOException {
        try (TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort())) {
            Recorder recorder = new Recorder();
            listener.asyncAccept(recorder.accept);
            // The kernel completes the handshake before anybody accepts.
            Socket socket = new Socket(Loopback.IPV4.address, listener.localAddress().getPort());
            socket.setSoTimeout(10_000);
            socket.setTcpNoDelay(true);
            Await.until(reactor, () -> !recorder.accepted.isEmpty());
            return new Peer(socket, recorder.accepted.getFirst());
        }
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    String receive(int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
    }

    /**
     * Ends the connection with a RST instead of a FIN.
     */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
