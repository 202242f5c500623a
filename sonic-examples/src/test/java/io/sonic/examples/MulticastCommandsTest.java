package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.examples.RunningCommand.Result;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class MulticastCommandsTest {

    private static final String GROUP = "239.195.78.1";
    private static final String LAST_LINE = "multicast-receive: packets=%d bytes=%d lost=%d cpu_ns_per_packet=\\d+"
            + " alloc_bytes_per_packet=\\d+(\\.\\d{3})?";

    @Test
    void receiveWhatIsSent() throws Exception {
        RunningCommand receiver = receive();
        Result sent = RunningCommand.run("multicast-send", "--group", GROUP, "--port", receiver.port(), "--interface",
                "lo", "--count", "500", "--rate", "5000", "--size", "100", "--idle", "block");
        Result received = receiver.await();

        assertThat(sent.status()).as(sent.err()).isZero();
        assertThat(sent.lastLine()).matches("multicast-send: packets=500 bytes=50000 packets_per_s=\\d+");
        assertThat(received.status()).as(received.err()).isZero();
        assertThat(received.lastLine()).matches(String.format(LAST_LINE, 500, 50_000, 0));
    }

    @Test
    void endAfterAsManyDatagramsAsWereAskedFor() throws Exception {
        RunningCommand receiver = receive("--count", "3");
        send(Integer.parseInt(receiver.port()), 7, 8, 9, 10);
        Result received = receiver.await();

        assertThat(received.status()).as(received.err()).isZero();
        assertThat(received.lastLine()).matches(String.format(LAST_LINE, 3, 24, 0));
    }

    @Test
    void countWhatIsLostBetweenTheFirstAndTheLast() throws Exception {
        RunningCommand receiver = receive();
        send(Integer.parseInt(receiver.port()), 100, 101, 104, 103, 103, 110);

        assertThat(receiver.await().lastLine()).matches(String.format(LAST_LINE, 6, 48, 6));
    }

    @Test
    void refuseADatagramWithoutASequenceNumber() throws Exception {
        RunningCommand receiver = receive();
        send(Integer.parseInt(receiver.port()), new byte[] {1, 2, 3});
        Result received = receiver.await();

        assertThat(received.status()).isEqualTo(1);
        assertThat(received.err()).matches(
                "multicast-receive: a datagram of 3 bytes from 127\\.0\\.0\\.1:\\d+ has no sequence number\\R");
    }

    @Test
    void printWhatCameWhenTheyAreStopped() throws Exception {
        RunningCommand receiver = receive();
        receiver.address();
        Result received = receiver.stop();

        assertThat(received.status()).isZero();
        assertThat(received.lastLine()).isEqualTo(
                "multicast-receive: packets=0 bytes=0 lost=0 cpu_ns_per_packet=0 alloc_bytes_per_packet=0");
    }

    @Test
    void receiveInBatchesWithTimesWhatIsSentInBatches() throws Exception {
        RunningCommand receiver = receive("--batch", "16", "--timestamps", "hardware", "--receive-buffer", "100000",
                "--source", "127.0.0.1");
        Result sent = RunningCommand.run("multicast-send", "--group", GROUP, "--port", receiver.port(), "--interface",
                "lo", "--count", "500", "--rate", "5000", "--size", "100", "--idle", "block", "--batch", "8",
                "--source", "127.0.0.1");
        Result received = receiver.await();

        assertThat(sent.status()).as(sent.err()).isZero();
        assertThat(sent.lastLine()).matches("multicast-send: packets=500 bytes=50000 packets_per_s=\\d+");
        assertThat(received.status()).as(received.err()).isZero();
        assertThat(received.lastLine()).matches(String.format(LAST_LINE, 500, 50_000, 0));
        assertThat(received.out()).contains("receive buffer: granted=100000 kernel_drops=0")
                .containsPattern("age when handled: stamped=500 p50_ns=\\d+ p99_ns=\\d+ max_ns=\\d+; no stamp of the");
    }

    @Test
    void receiveOnlyFromTheSource() throws Exception {
        RunningCommand receiver = receive("--source", "127.0.0.5");
        send("127.0.0.1", Integer.parseInt(receiver.port()), 1);
        send("127.0.0.5", Integer.parseInt(receiver.port()), 2);

        assertThat(receiver.await().lastLine()).matches(String.format(LAST_LINE, 1, 8, 0));
    }

    @Test
    void dumpWhatArrives() throws Exception {
        RunningCommand dump = RunningCommand.start("multicast-dump", "--group", GROUP, "--port", "0", "--interface",
                "lo", "--idle", "block", "--count", "2", "--bytes", "20");
        send(Integer.parseInt(dump.port()), "a text of 22 characters".getBytes());
        send(Integer.parseInt(dump.port()), new byte[0]);
        Result dumped = dump.await();

        assertThat(dumped.status()).as(dumped.err()).isZero();
        assertThat(dumped.out().lines().skip(1).toList()).satisfiesExactly(
                line -> assertThat(line).matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{9} 127\\.0\\.0\\.1:\\d+ > "
                        + GROUP.replace(".", "\\.") + " on lo, 23 bytes"),
                line -> assertThat(line).isEqualTo(
                        "    0000  61 20 74 65 78 74 20 6f 66 20 32 32 20 63 68 61  a text of 22 cha"),
                line -> assertThat(line).startsWith("    0010  72 61 63 74").endsWith("  ract"),
                line -> assertThat(line).endsWith(" on lo, 0 bytes"),
                line -> assertThat(line).isEqualTo("multicast-dump: packets=2 bytes=23 kernel_drops=0"));
    }

    @Test
    void nameAnInterfaceThatIsMissingAndThoseThatThereAre() {
        for (String command : new String[] {"multicast-send", "multicast-receive", "multicast-dump"}) {
            Result result = RunningCommand.run(command, "--group", GROUP, "--port", "30001", "--interface",
                    "no-such-interface");

            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err().lines()).singleElement().asString()
                    .startsWith(command + ": no network interface 'no-such-interface'; there are: lo (index 1");
        }
    }

    private static RunningCommand receive(String... options) {
        List<String> args = new ArrayList<>(List.of("multicast-receive", "--group", GROUP, "--port", "0",
                "--interface", "lo", "--idle", "block"));
        args.addAll(List.of(options));
        return RunningCommand.start(args.toArray(String[]::new));
    }

    private static void send(int port, long... sequences) throws Exception {
        for (long sequence : sequences) {
            send("127.0.0.1", port, sequence);
        }
    }

    private static void send(String source, int port, long sequence) throws Exception {
        send(source, port, ByteBuffer.allocate(Long.BYTES).putLong(sequence).array());
    }

    private static void send(int port, byte[] datagram) throws Exception {
        send("127.0.0.1", port, datagram);
    }

    private static void send(String source, int port, byte[] datagram) throws Exception {
        InetSocketAddress from = new InetSocketAddress(InetAddress.ofLiteral(source), 0);
        try (MulticastSocket socket = new MulticastSocket(from)) {
            socket.setOption(StandardSocketOptions.IP_MULTICAST_IF, NetworkInterface.getByName("lo"));
            socket.send(new DatagramPacket(datagram, datagram.length, InetAddress.ofLiteral(GROUP), port));
        }
    }
}
