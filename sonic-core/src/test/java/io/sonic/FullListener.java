package io.sonic;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * A listener whose queue is full: the kernel drops what knocks, so a connect to it waits.
 */
final class FullListener implements AutoCloseable {
    private final ServerSocket listener;
    private final Socket[] waiting = new Socket[2];

    FullListener() throws IOException {
        this(Loopback.IPV4.address.getHostAddress());
    }

    FullListener(String address) throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.ofLiteral(address));
        for (int i = 0; i < waiting.length; i++) {
            waiting[i] = new Socket(listener.getInetAddress(), listener.getLocalPort());
        }
        Await.until(() -> TcpTable.queued(listener.getLocalPort()) == waiting.length);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : waiting) {
            socket.close();
        }
        listener.close();
    }
}
