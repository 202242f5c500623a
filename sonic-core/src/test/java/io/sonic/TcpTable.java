package io.sonic;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What the kernel says about the TCP sockets of this host, see proc(5).
 */
final class TcpTable {
    private static final String LISTENING = "0A";
    private static final String PROBES_A_CLOSED_WINDOW = "04:";

    private TcpTable() {
    }

    /**
     * The connections that wait to be accepted.
     */
    static int queued(int localPort) {
        return rows().filter(row -> row[1].endsWith(port(localPort)) && row[3].equals(LISTENING))
                .mapToInt(row -> Integer.parseInt(row[4].substring(9), 16)).sum();
    }

    /**
     * Tells whether all that a socket sent was acknowledged, and the peer has no room for more.
     */
    static boolean isStuck(int localPort, int remotePort) {
        return rows().anyMatch(row -> row[1].endsWith(port(localPort)) && row[2].endsWith(port(remotePort))
                && row[5].startsWith(PROBES_A_CLOSED_WINDOW));
    }

    private static String port(int port) {
        return String.format(":%04X", port);
    }

    private static Stream<String[]> rows() {
        return Stream.of("/proc/net/tcp", "/proc/net/tcp6").map(Path::of).filter(Files::exists)
                .flatMap(TcpTable::lines).map(line -> line.trim().split(" +"));
    }

    private static Stream<String> lines(Path path) {
        try {
            return Files.readAllLines(path).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
