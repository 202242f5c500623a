package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What happens when a process has no descriptor left: one clear error each, and all is well when there is one again.
 */
@Timeout(60)
final class DescriptorExhaustionTest {
    private static final String EMFILE = "Too many open files (EMFILE)";

    @Test
    void failsClearlyWithoutDescriptorsAndGoesOnWithThem() throws IOException, InterruptedException {
        BackendType backend = BackendType.ofProperty().choose();
        ChildJvm child = ChildJvm.run(List.of("sh", "-c", "ulimit -n 100 && exec \"$@\"", "sh"), Map.of(),
                Exhausted.class, ChildJvm.ADD_EXPORTS, ChildJvm.NATIVE_ACCESS, "-XX:-MaxFDLimit", "-ea",
                "-D" + BackendType.PROPERTY + "=" + backend.name().toLowerCase(Locale.ROOT));

        List<String> lines = child.output().lines().toList();
        assertThat(child.status()).as(child.output()).isZero();
        String noRoom = "accept FAILED: accept4 ADDRESS: " + EMFILE;
        if (backend == BackendType.EPOLL) {
            assertThat(lines).containsExactly(noRoom, "connect FAILED: socket for a stream, IPv4: " + EMFILE,
                    "datagrams: socket for datagrams, IPv4: " + EMFILE,
                    "listener: socket for a stream, IPv4: " + EMFILE,
                    "file: open /dev/zero: " + EMFILE, "reactor: epoll_create1 for a reactor: " + EMFILE,
                    "accept OK", "connect OK", "echo OK 3");
        } else {
            assertThat(lines).startsWith(noRoom).endsWith("accept OK", "connect OK", "echo OK 3");
            assertThat(lines.get(1)).matches("connect FAILED: .*" + Pattern.quote(EMFILE));
            assertThat(lines.get(2)).matches("datagrams: .*Too many open files.*");
            assertThat(lines.get(3)).matches("listener: .*" + Pattern.quote(EMFILE));
        }
    }

    /**
     * Uses up all descriptors between two rounds of the same.
     */
    static final class Exhausted {
        private final Reactor reactor;
        private final List<FileChannel> hoard = new ArrayList<>();
        private boolean quiet = true;
        private String address;

        private Exhausted(Reactor reactor) {
            this.reactor = reactor;
        }

        public static void main(String[] arguments) throws Exception {
            loadClasses(Reactor.class);
            loadClasses(Exhausted.class);
            try (Reactor reactor = Reactor.open()) {
                Exhausted process = new Exhausted(reactor);
                process.round(false);
                process.round(true);
                process.quiet = false;
                process.round(true);
            }
        }

        /**
         * Loads the classes beside the given one; later there is no descriptor to read them by.
         */
        private static void loadClasses(Class<?> one) throws Exception {
            Path root = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
            if (!Files.isDirectory(root)) {
                return;
            }
            try (Stream<Path> files = Files.list(root.resolve("io").resolve("sonic"))) {
                for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
                    String name = file.getFileName().toString().replace(".class", "");
                    Class.forName("io.sonic." + name, false, one.getClassLoader());
                }
            }
        }

        private void round(boolean withoutDescriptors) throws IOException {
            try (TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
                    TcpStream client = TcpStream.open(reactor);
                    Socket waiting = new Socket(Loopback.IPV4.address, listener.localAddress().getPort())) {
                address = Endpoint.format(listener.localAddress());
                assert waiting.isConnected();
                if (withoutDescriptors) {
                    takeAll();
                    fails(listener, client);
                    giveBack();
                }
                List<TcpStream> accepted = new ArrayList<>();
                accept(listener, accepted);
                await(() -> accepted.size() == 1);
                accept(listener, accepted);
                client.asyncConnect(listener.localAddress(), 0, status -> say("connect " + status));
                await(() -> accepted.size() == 2);
                echo(client, accepted.getLast());
                for (TcpStream stream : accepted) {
                    stream.close();
                }
            }
        }

        private void fails(TcpListener listener, TcpStream client) {
            boolean[] ended = new boolean[2];
            listener.asyncAccept((status, stream) -> {
                say("accept " + status + ": " + listener.failure().getMessage());
                ended[0] = true;
            });
            await(() -> ended[0]);
            client.asyncConnect(Loopback.IPV4.port(1), 0, status -> {
                say("connect " + status + ": " + client.failure().getMessage());
                ended[1] = true;
            });
            await(() -> ended[1]);
            refused("datagrams", () -> UdpSocket.open(reactor, Loopback.IPV4.anyPort()));
            refused("listener", () -> TcpListener.open(reactor, Loopback.IPV4.anyPort()));
            refused("file", () -> FileStream.open(reactor, Path.of("/dev/zero")));
            refused("reactor", Reactor::open);
        }

        private void accept(TcpListener listener, List<TcpStream> accepted) {
            listener.asyncAccept((status, stream) -> {
                if (accepted.isEmpty()) {
                    say("accept " + status);
                }
                accepted.add(stream);
            });
        }

        private void echo(TcpStream client, TcpStream server) {
            boolean[] ended = new boolean[1];
            server.asyncReadAll(Buffers.allocate(3), 0, 3, (status, length) -> {
                say("echo " + status + " " + length);
                ended[0] = true;
            });
            await(client::isConnected);
            client.asyncWriteAll(Buffers.of("abc"), 0, 3, (status, length) -> { });
            await(() -> ended[0]);
        }

        private interface Opening {
            AutoCloseable open() throws IOException;
        }

        private void refused(String what, Opening opening) {
            try {
                opening.open().close();
                throw new AssertionError("there was a descriptor left for " + what);
            } catch (IOException e) {
                say(what + ": " + e.getMessage());
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        private void takeAll() {
            try {
                while (true) {
                    hoard.add(FileChannel.open(Path.of("/dev/null")));
                }
            } catch (IOException e) {
                assert e.getMessage().contains("Too many open files") : e;
            }
        }

        private void giveBack() throws IOException {
            for (FileChannel file : hoard) {
                file.close();
            }
            hoard.clear();
        }

        private void say(String line) {
            if (!quiet) {
                System.out.println(line.replace(address, "ADDRESS"));
            }
        }

        private void await(BooleanSupplier condition) {
            Await.until(reactor, condition);
        }
    }
}
