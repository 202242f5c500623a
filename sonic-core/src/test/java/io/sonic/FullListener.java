package io.sonic;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * A listener whose queue is full: the kernel drops what knocks, so a connect to it waits.
 */
final class FullListener implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 1, Loopback.IPV4.address);
    private final Socket[] waiting = new Socket[2];

    FullListener() throws IOException {
        for (int i = 0; i < waiting.length; i++) {
            waiting[i] = new Socket(listener.getInetAddress(), listener.getLocalPort());
        }
        Await.until(() -> TcpTable.queued(listener.getLocalPort()) == waiting.length);
    }

    InetSocketAddress address() {
        return Loopback.IPV4.port(listener.getLocalPort());
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : waiting) {
            socket.close();
        }
        listener.close();
    }
}
