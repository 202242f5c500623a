package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.examples.RunningCommand.Result;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class TcpCommandsTest {

    private static final String LAST_LINE =
            "tcp-latency: p50_ns=\\d+ p99_ns=\\d+ p999_ns=\\d+ max_ns=\\d+ alloc_bytes_per_message=\\d+(\\.\\d{3})?";

    @ParameterizedTest
    @ValueSource(strings = {"1", "128", "70000"})
    void measureRoundTripsOfAnySize(String size) throws Exception {
        try (RunningCommand server = RunningCommand.start("tcp-echo-server", "--port", "0", "--idle", "block")) {
            Result result = RunningCommand.run("tcp-latency", "--host", "localhost", "--port", server.port(), "--count",
                    "100", "--size", size, "--idle", "block");

            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.out().lines()).singleElement().asString().matches(LAST_LINE);
            assertThat(result.err()).isEmpty();
        }
    }

    @Test
    void echoManyClientsAtATime() throws Exception {
        try (RunningCommand server = RunningCommand.start("tcp-echo-server", "--port", "0", "--idle", "block")) {
            int port = Integer.parseInt(server.port());
            List<Socket> clients = List.of(connect(port), connect(port), connect(port));
            for (int i = 0; i < clients.size(); i++) {
                clients.get(i).getOutputStream().write(new byte[] {(byte) i, 1, 2});
            }
            clients.get(1).close();
            assertThat(clients.get(2).getInputStream().readNBytes(3)).containsExactly(2, 1, 2);
            assertThat(clients.get(0).getInputStream().readNBytes(3)).containsExactly(0, 1, 2);
            clients.get(0).shutdownOutput();
            assertThat(clients.get(0).getInputStream().read()).as("end of the stream").isEqualTo(-1);
            clients.get(0).close();
            clients.get(2).close();
        }
    }

    @Test
    void sayThatNobodyListens() throws IOException {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }

        assertFails(latency(port), "connect 127.0.0.1:" + port + ": Connection refused (ECONNREFUSED)");
    }

    @Test
    void sayThatAHostIsUnknown() {
        assertFails(RunningCommand.run("tcp-latency", "--host", "no-such-host.invalid", "--port", "7"),
                "unknown host: no-such-host.invalid");
    }

    @Test
    void sayThatAPortIsTaken() throws Exception {
        try (RunningCommand server = RunningCommand.start("tcp-echo-server", "--port", "0", "--idle", "block")) {
            Result second = RunningCommand.run("tcp-echo-server", "--port", server.port());

            assertThat(second.status()).isEqualTo(1);
            assertThat(second.out()).isEmpty();
            assertThat(second.err()).isEqualTo("tcp-echo-server: bind " + server.address()
                    + ": Address already in use (EADDRINUSE)" + System.lineSeparator());
        }
    }

    @Test
    void sayThatTheServerClosed() throws Exception {
        try (RawServer server = RawServer.start((in, out) -> in.read())) {
            Result result = latency(server.port());

            assertThat(result.status()).isEqualTo(1);
            // With bytes that nobody has read, the kernel resets the connection.
            assertThat(result.err()).matches("tcp-latency: (127\\.0\\.0\\.1:" + server.port()
                    + " closed the connection after 0 round trips|.*127\\.0\\.0\\.1:" + server.port()
                    + ".*\\(ECONNRESET\\))\\R");
        }
    }

    @Test
    void sayThatTheServerIsNoEchoServer() throws Exception {
        try (RawServer server = RawServer.start((in, out) -> {
            in.readNBytes(128);
            out.write(new byte[128]);
            in.transferTo(OutputStream.nullOutputStream());
        })) {
            assertFails(latency(server.port()),
                    "127.0.0.1:" + server.port() + " is no echo server: it sent something else than it was sent");
        }
    }

    @Test
    void sayThatTheServerIsSilent() throws Exception {
        try (RawServer server = RawServer.start((in, out) -> in.transferTo(OutputStream.nullOutputStream()))) {
            assertFails(latency(server.port()), "no reply from 127.0.0.1:" + server.port() + " in 10 s");
        }
    }

    @Test
    void sayHowFarTheyCameWhenTheyAreStopped() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        try (RawServer server = RawServer.start((in, out) -> echo(in, out, busy))) {
            RunningCommand latency = RunningCommand.start("tcp-latency", "--host", "127.0.0.1", "--port",
                    Integer.toString(server.port()), "--idle", "block");
            busy.await();
            Result result = latency.stop();

            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err()).matches("tcp-latency: stopped after [1-9]\\d* round trips to 127.*\\R");
        }
    }

    /** Echoes a few messages, then keeps the rest. */
    private static void echo(InputStream in, OutputStream out, CountDownLatch busy) throws IOException {
        for (int i = 0; i < 3; i++) {
            out.write(in.readNBytes(128));
        }
        in.readNBytes(128);
        busy.countDown();
        in.transferTo(OutputStream.nullOutputStream());
    }

    private static Socket connect(int port) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static Result latency(int port) {
        return RunningCommand.run("tcp-latency", "--host", "127.0.0.1", "--port", Integer.toString(port), "--idle",
                "block");
    }

    private static void assertFails(Result result, String sentence) {
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).isEqualTo("tcp-latency: " + sentence + System.lineSeparator());
    }
}
