package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.examples.RunningCommand.Result;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class UdpCommandsTest {

    private static final String LAST_LINE =
            "udp-latency: p50_ns=\\d+ p99_ns=\\d+ p999_ns=\\d+ max_ns=\\d+ alloc_bytes_per_message=\\d+(\\.\\d{3})?";

    @ParameterizedTest
    @ValueSource(strings = {"1", "128", "65507"})
    void measureRoundTripsOfAnySize(String size) throws Exception {
        try (RunningCommand server = server()) {
            Result result = latency(server.port(), "--count", "100", "--size", size);

            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.out().lines()).singleElement().asString().matches(LAST_LINE);
            assertThat(result.err()).isEmpty();
        }
    }

    @Test
    void answerEachSenderWithItsOwn() throws Exception {
        try (RunningCommand server = server(); DatagramSocket first = client(); DatagramSocket second = client()) {
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(server.port()));
            first.send(new DatagramPacket(new byte[] {1}, 1, address));
            second.send(new DatagramPacket(new byte[] {2, 2}, 2, address));
            second.send(new DatagramPacket(new byte[0], 0, address));

            assertThat(receive(first)).containsExactly(1);
            assertThat(receive(second)).containsExactly(2, 2);
            assertThat(receive(second)).isEmpty();
        }
    }

    @Test
    void sayThatADatagramWasLost() throws Exception {
        try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            int port = silent.getLocalPort();

            assertFails(latency(Integer.toString(port)), "no reply from 127.0.0.1:" + port
                    + " in 1 s after 0 round trips: a datagram was lost");
        }
    }

    @Test
    void ignoreALateCopyOfTheReplyBefore() throws Exception {
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> echoTwice(server));
            Result result = latency(Integer.toString(server.getLocalPort()), "--count", "10");

            assertThat(result.status()).as(result.err()).isZero();
        }
    }

    @Test
    void sayThatTheServerIsNoEchoServer() throws Exception {
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    DatagramPacket packet = new DatagramPacket(new byte[200], 200);
                    server.receive(packet);
                    server.send(new DatagramPacket(new byte[3], 3, packet.getSocketAddress()));
                } catch (IOException closed) {
                    return;
                }
            });
            assertFails(latency(Integer.toString(server.getLocalPort())), "127.0.0.1:" + server.getLocalPort()
                    + " is no echo server: it sent something else than it was sent");
        }
    }

    @Test
    void sayThatNobodyListens() throws Exception {
        int port;
        try (DatagramSocket unused = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        Result result = latency(Integer.toString(port));

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).matches("udp-latency: .* connected to 127\\.0\\.0\\.1:" + port
                + ": Connection refused \\(ECONNREFUSED\\)\\R");
    }

    @Test
    void sayThatAHostIsUnknown() {
        Result result = RunningCommand.run("udp-latency", "--host", "no-such-host.invalid", "--port", "7");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).isEqualTo("udp-latency: unknown host: no-such-host.invalid"
                + System.lineSeparator());
    }

    @Test
    void sayThatAPortIsTaken() throws Exception {
        try (RunningCommand server = server()) {
            Result second = RunningCommand.run("udp-echo-server", "--port", server.port());

            assertThat(second.status()).isEqualTo(1);
            assertThat(second.err()).isEqualTo("udp-echo-server: bind " + server.address()
                    + ": Address already in use (EADDRINUSE)" + System.lineSeparator());
        }
    }

    private static void echoTwice(DatagramSocket server) {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[200], 200);
                server.receive(packet);
                server.send(packet);
                server.send(packet);
            }
        } catch (IOException closed) {
            return;
        }
    }

    private static RunningCommand server() {
        return RunningCommand.start("udp-echo-server", "--port", "0", "--idle", "block");
    }

    private static DatagramSocket client() throws Exception {
        DatagramSocket client = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        client.setSoTimeout(60_000);
        return client;
    }

    private static byte[] receive(DatagramSocket client) throws Exception {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        client.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    private static Result latency(String port, String... options) {
        List<String> args = new ArrayList<>(
                List.of("udp-latency", "--host", "127.0.0.1", "--port", port, "--idle", "block"));
        args.addAll(List.of(options));
        return RunningCommand.run(args.toArray(String[]::new));
    }

    private static void assertFails(Result result, String sentence) {
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).isEqualTo("udp-latency: " + sentence + System.lineSeparator());
    }
}
