package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Counts the descriptors and the mappings of this process before and after each test.
 */
final class Leaks implements BeforeEachCallback, AfterEachCallback {
    static {
        try {
            // With the first channel that it closes the JDK opens a socket, which it keeps.
            SocketChannel.open().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long descriptors;
    private long mappings;

    @Override
    public void beforeEach(ExtensionContext context) {
        descriptors = descriptors();
        mappings = mappings();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        assertThat(descriptors()).as("descriptors").isEqualTo(descriptors);
        assertThat(mappings()).as("mappings").isEqualTo(mappings);
    }

    /**
     * Sockets, epoll and event descriptors; files are the class loader's.
     */
    static long descriptors() {
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            return links.filter(Leaks::isCounted).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isCounted(Path link) {
        try {
            String target = Files.readSymbolicLink(link).toString();
            return target.startsWith("socket:") || target.startsWith("anon_inode:") || target.startsWith("/memfd:");
        } catch (IOException e) {
            return false; // the descriptor that lists the directory is gone by now
        }
    }

    /**
     * Mappings of mirrored buffers.
     */
    static long mappings() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains("/memfd:")).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
