package io.sonic;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

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
        Await.until(() -> queued() == waiting.length);
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

    /**
     * proc(5): of a socket that listens, the field rx_queue is the length of its queue.
     */
    private int queued() {
        String local = String.format("0100007F:%04X", listener.getLocalPort());
        try {
            return Files.readAllLines(Path.of("/proc/net/tcp")).stream()
                    .map(line -> line.trim().split(" +"))
                    .filter(fields -> fields[1].equals(local) && fields[3].equals("0A"))
                    .mapToInt(fields -> Integer.parseInt(fields[4].substring(9), 16))
                    .findFirst().orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
