package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.CpuAffinity;
import io.sonic.examples.RunningCommand.Result;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that show one thing of TCP or UDP each. */
@Timeout(120)
class NetworkExamplesTest {

    @Test
    void tcpClientPrintsWhatTcpServerGreetsItWith() throws Exception {
        RunningCommand server = start("tcp-server", "--port", "0", "--text", "good morning");
        Result client = connect("tcp-client", server.port());

        assertSucceeds(client, "read 12 bytes: good morning");
        assertThat(server.stop().out()).containsPattern("accepted 127\\.0\\.0\\.1:\\d+");
    }

    @Test
    void echoClientPrintsWhatComesBack() throws Exception {
        try (RunningCommand server = start("tcp-echo-server", "--port", "0")) {
            assertSucceeds(connect("echo-client", server.port(), "--text", "hallo"), "wrote 5 bytes: hallo",
                    "read 5 bytes: hallo");
        }
    }

    @Test
    void echoClientSaysThatTheServerClosed() throws Exception {
        try (RawServer server = RawServer.start((in, out) -> out.write(in.readNBytes(5), 0, 3))) {
            assertFails(connect("echo-client", Integer.toString(server.port()), "--text", "abcde"), "echo-client: "
                    + "127.0.0.1:" + server.port() + " closed the connection before it sent all of it back");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp-client", "echo-client", "echo-back", "many-connections", "frame-client"})
    void clientsSayThatNobodyListens(String command) throws IOException {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        assertFails(connect(command, Integer.toString(port)),
                command + ": connect 127.0.0.1:" + port + ": Connection refused (ECONNREFUSED)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp-server", "flood-server", "sink", "latency-server", "frame-server"})
    void serversSayThatAPortIsTaken(String command) throws Exception {
        try (RunningCommand first = start("tcp-echo-server", "--port", "0")) {
            assertFails(RunningCommand.run(command, "--port", first.port()),
                    command + ": bind " + first.address() + ": Address already in use (EADDRINUSE)");
        }
    }

    @Test
    void manyReactorsSaysThatAPortIsTaken() throws Exception {
        try (RunningCommand first = start("tcp-echo-server", "--port", "0")) {
            assertFails(RunningCommand.run("many-reactors", "--port", first.port()),
                    "many-reactors: bind " + first.address() + ": Address already in use (EADDRINUSE)");
        }
    }

    @Test
    void udpConnectTellsWhichAddressItWouldSendFrom() {
        Result result = connect("udp-connect", "7");

        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out()).matches("127\\.0\\.0\\.1:\\d+ to 127\\.0\\.0\\.1:7\\R");
    }

    @Test
    void udpReceivePrintsWhatUdpSendSends() throws Exception {
        RunningCommand receiver = start("udp-receive", "--port", "0", "--count", "3");
        Result sent = connect("udp-send", receiver.port(), "--count", "3", "--text", "hi");
        Result received = receiver.await();

        assertSucceeds(sent, "udp-send: packets=3 bytes=6");
        assertThat(received.status()).as(received.err()).isZero();
        assertThat(received.out().lines().skip(1).map(line -> line.replaceFirst("from 127\\.0\\.0\\.1:\\d+", "")))
                .containsExactly("1 : hi", "2 : hi", "3 : hi", "udp-receive: packets=3");
    }

    @Test
    void udpReceiveSaysThatADatagramDidNotFit() throws Exception {
        RunningCommand receiver = start("udp-receive", "--port", "0", "--count", "2");
        try (DatagramSocket sender = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            InetSocketAddress to =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(receiver.port()));
            sender.send(new DatagramPacket("x".repeat(500).getBytes(), 500, to));
            sender.send(new DatagramPacket(new byte[0], 0, to));
        }
        assertThat(receiver.await().out().lines().skip(1).map(line -> line.replaceFirst("^.*: ", ""))).containsExactly(
                "x".repeat(128) + " (the rest did not fit)", "", "packets=2");
    }

    @Test
    void manyConnectionsGetTheirShareOfAFlood() throws Exception {
        try (RunningCommand server = start("flood-server", "--port", "0", "--size", "1000")) {
            Result result = connect("many-connections", server.port(), "--connections", "20", "--seconds", "1");

            assertThat(result.status()).as(result.err()).isZero();
            Matcher line = Pattern.compile("many-connections: connections=20 bytes=(\\d+) bytes_per_s=\\d+"
                    + " least_bytes=(\\d+) most_bytes=(\\d+)").matcher(result.lastLine());
            assertThat(line.matches()).as(result.lastLine()).isTrue();
            assertThat(Long.parseLong(line.group(2))).as("nobody starves: %s", result.lastLine())
                    .isGreaterThan(Long.parseLong(line.group(3)) / 10);
        }
    }

    @Test
    void manyConnectionsSaysThatTheServerClosed() throws Exception {
        try (RawServer server = RawServer.start((in, out) -> out.write(1))) {
            assertFails(connect("many-connections", Integer.toString(server.port()), "--connections", "1"),
                    "many-connections: 127.0.0.1:" + server.port() + " closed a connection");
        }
    }

    @Test
    void sinkCountsWhatAClientSends() throws Exception {
        RunningCommand sink = start("sink", "--port", "0", "--buffer", "1000");
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(sink.port()))) {
            client.getOutputStream().write(new byte[1_000_000]);
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        Matcher line = Pattern.compile("127\\.0\\.0\\.1:\\d+: bytes=1000000 reads=(\\d+) bytes_per_s=[1-9]\\d*")
                .matcher(sink.stop().lastLine());
        assertThat(line.matches()).isTrue();
        assertThat(Integer.parseInt(line.group(1))).isGreaterThanOrEqualTo(1000);
    }

    @Test
    void manyReactorsShareTheConnections() throws Exception {
        RunningCommand server = start("many-reactors", "--port", "0", "--reactors", "3");
        String port = server.port();
        for (int i = 0; i < 5; i++) {
            assertThat(connect("echo-client", port).status()).isZero();
        }
        Result result = server.stop();

        assertThat(result.status()).as(result.err()).isZero();
        Matcher line = Pattern.compile("many-reactors: reactors=3 connections_0=(\\d+) connections_1=(\\d+)"
                + " connections_2=(\\d+)").matcher(result.lastLine());
        assertThat(line.matches()).as(result.lastLine()).isTrue();
        assertThat(Integer.parseInt(line.group(1)) + Integer.parseInt(line.group(2)) + Integer.parseInt(line.group(3)))
                .isEqualTo(5);
    }

    @Test
    void latencyServerMeasuresItsClients() throws Exception {
        RunningCommand server = start("latency-server", "--port", "0", "--count", "100");
        Result first = connect("echo-back", server.port());
        Result second = connect("echo-back", server.port());

        assertSucceeds(first);
        assertSucceeds(second);
        assertThat(server.stop().out().lines().skip(1)).hasSize(2).allMatch(line -> line.matches(
                "127\\.0\\.0\\.1:\\d+: p50_ns=\\d+ p99_ns=\\d+ p999_ns=\\d+ max_ns=\\d+ alloc_bytes_per_message=.*"));
    }

    @Test
    void latencyServerGoesOnWhenAClientGoes() throws Exception {
        RunningCommand server = start("latency-server", "--port", "0", "--count", "100");
        int port = Integer.parseInt(server.port());
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getInputStream().readNBytes(8);
            client.shutdownOutput();
            client.getInputStream().transferTo(OutputStream.nullOutputStream());
        }
        assertSucceeds(connect("echo-back", server.port()));
        Result result = server.stop();

        assertThat(result.status()).isZero();
        assertThat(result.out().lines().skip(1).findFirst().orElse("")).matches(
                "127\\.0\\.0\\.1:\\d+ closed the connection after 0 round trips");
        assertThat(result.lastLine()).contains("p50_ns=");
    }

    @Test
    void latencyCanPrintTheWholeDistribution() throws Exception {
        try (RunningCommand server = start("tcp-echo-server", "--port", "0")) {
            Result result = connect("tcp-latency", server.port(), "--count", "100", "--histogram");

            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.out().lines().toList()).hasSizeGreaterThan(5)
                    .allMatch(line -> line.matches(" *\\d+\\.\\d{5}% +\\d+ ns +\\d+|tcp-latency: p50_ns=.*"));
            assertThat(result.out()).containsPattern("100\\.00000% +\\d+ ns +100\\R");
        }
    }

    @Test
    void pinSaysThatThereIsNoSuchProcessor() {
        Result result = RunningCommand.run("timer", "--pin", "8000");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err().lines()).singleElement().asString().startsWith("timer: sched_setaffinity to CPU 8000");
    }

    @Test
    void pinLetsTheThreadGoInTheEnd() throws Exception {
        BitSet before = CpuAffinity.currentThread();
        int cpu = before.nextSetBit(0);
        Result result = RunningCommand.run("timer", "--pin", Integer.toString(cpu), "--delay", "1", "--period", "1",
                "--count", "1", "--idle", "block");

        assertThat(result.status()).as(result.err()).isZero();
        assertThat(CpuAffinity.currentThread()).isEqualTo(before);
    }

    private static RunningCommand start(String... args) {
        String[] all = Arrays.copyOf(args, args.length + 2);
        all[args.length] = "--idle";
        all[args.length + 1] = "block";
        return RunningCommand.start(all);
    }

    private static Result connect(String command, String port, String... options) {
        String[] all = new String[options.length + 7];
        System.arraycopy(new String[] {command, "--host", "127.0.0.1", "--port", port, "--idle", "block"}, 0, all, 0,
                7);
        System.arraycopy(options, 0, all, 7, options.length);
        return RunningCommand.run(all);
    }

    private static void assertSucceeds(Result result, String... lines) {
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out().lines()).containsExactly(lines);
        assertThat(result.err()).isEmpty();
    }

    private static void assertFails(Result result, String sentence) {
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isIn("", "wrote 5 bytes: abcde" + System.lineSeparator());
        assertThat(result.err()).isEqualTo(sentence + System.lineSeparator());
    }
}
