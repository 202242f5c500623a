package io.sonic;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Counts the descriptors that sockets and reactors hold in this process. Files are left out: the class loader opens
 * some when it likes.
 */
final class Descriptors {
    static {
        // The JDK's sockets keep some descriptors for ever once they have been used.
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort());
                Socket server = listener.accept();
                SocketChannel channel = SocketChannel.open(listener.getLocalSocketAddress())) {
            client.getOutputStream().write(1);
            server.getInputStream().read();
            channel.finishConnect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Descriptors() {
    }

    static long count() {
        return count(target -> false);
    }

    /**
     * Counts those of sockets and reactors, and those of the files in a directory.
     */
    static long count(Path directory) {
        return count(target -> target.startsWith(directory));
    }

    private static long count(Predicate<Path> more) {
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            return links.filter(link -> isCounted(link, more)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isCounted(Path link, Predicate<Path> more) {
        try {
            Path target = Files.readSymbolicLink(link);
            return target.toString().startsWith("socket:") || target.toString().startsWith("anon_inode:")
                    || more.test(target);
        } catch (IOException e) {
            return false; // the descriptor that lists the directory is gone by now
        }
    }
}
