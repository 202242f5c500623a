package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonic.examples.RunningCommand.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class PcapReplayTest {

    private static final int ETHERNET = 1;
    private static final int RAW = 101;
    private static final ByteOrder BIG = ByteOrder.BIG_ENDIAN;
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    @TempDir
    private Path directory;

    @Test
    void readsPcapInBothByteOrdersAndResolutions() throws IOException {
        for (ByteOrder order : List.of(BIG, LITTLE)) {
            for (boolean nanoseconds : new boolean[] {false, true}) {
                byte[] file = pcap(order, nanoseconds, ETHERNET,
                        ethernet(ip("239.1.1.1", 7, "one")), ethernet(ip("239.1.1.2", 8, "two")));

                String fraction = nanoseconds ? "000000500" : "000500000";
                assertThat(read(file)).containsExactly(
                        "10" + fraction + " 239.1.1.1:7 one", "11" + fraction + " 239.1.1.2:8 two");
            }
        }
    }

    @Test
    void readsPcapngInBothByteOrdersWithItsResolutionsAndOffsets() throws IOException {
        byte[] packet = ethernet(ip("239.1.1.1", 7, "one"));
        for (ByteOrder order : List.of(BIG, LITTLE)) {
            assertThat(read(join(section(order), description(order, ETHERNET, -1, 0),
                    enhanced(order, 5_000_001, packet))))
                    .containsExactly("5000001000 239.1.1.1:7 one");
            assertThat(read(join(section(order), description(order, ETHERNET, 9, 2),
                    enhanced(order, 5_000_001, packet))))
                    .containsExactly("2005000001 239.1.1.1:7 one");
            assertThat(read(join(section(order), description(order, ETHERNET, 0x81, 0), enhanced(order, 3, packet))))
                    .containsExactly("1500000000 239.1.1.1:7 one");
        }
        // Another section, of the other order, with blocks that nobody knows and packets without a time.
        assertThat(read(join(section(BIG), description(BIG, ETHERNET, 9, 0), enhanced(BIG, 1, packet),
                block(BIG, 0x7777, new byte[8]), section(LITTLE), description(LITTLE, RAW, 9, 0),
                simple(LITTLE, ip("239.1.1.3", 9, "six")))))
                .containsExactly("1 239.1.1.1:7 one", "1 239.1.1.3:9 six");
    }

    @Test
    void findsDatagramsBehindVlanTagsRawIpAndExtensionHeaders() {
        byte[] ip = ip("239.1.1.1", 7, "one");
        assertThat(frame(ETHERNET, ethernet(ip))).isEqualTo("239.1.1.1:7 one");
        assertThat(frame(ETHERNET, tagged(ip, 0x8100))).isEqualTo("239.1.1.1:7 one");
        assertThat(frame(ETHERNET, tagged(ip, 0x88A8, 0x8100))).isEqualTo("239.1.1.1:7 one");
        assertThat(frame(RAW, ip)).isEqualTo("239.1.1.1:7 one");
        assertThat(frame(228, ip)).isEqualTo("239.1.1.1:7 one");
        assertThat(frame(113, join(new byte[14], new byte[] {8, 0}, ip))).isEqualTo("239.1.1.1:7 one");
        assertThat(frame(276, join(new byte[] {8, 0}, new byte[18], ip))).isEqualTo("239.1.1.1:7 one");
        assertThat(frame(RAW, ipv6("ff15::7", 7, "six", false))).isEqualTo("[ff15:0:0:0:0:0:0:7]:7 six");
        assertThat(frame(229, ipv6("ff15::7", 7, "six", true))).isEqualTo("[ff15:0:0:0:0:0:0:7]:7 six");
        // A frame of Ethernet is filled up to 60 bytes: what is behind the packet is not of it.
        assertThat(frame(ETHERNET, Arrays.copyOf(ethernet(ip), 60))).isEqualTo("239.1.1.1:7 one");
    }

    @Test
    void saysWhatIsNoWholeDatagram() {
        byte[] ip = ip("239.1.1.1", 7, "one");
        for (int cut = 0; cut < ip.length; cut++) {
            assertThat(frame(RAW, Arrays.copyOf(ip, cut))).as("cut at %d", cut).isEqualTo(cut == 0 ? "OTHER" : "CUT");
        }
        byte[] sixth = ipv6("ff15::7", 7, "six", true);
        for (int cut = 1; cut < sixth.length; cut++) {
            assertThat(frame(RAW, Arrays.copyOf(sixth, cut))).as("cut at %d", cut).isEqualTo("CUT");
        }
        for (int cut = 0; cut < 14; cut++) {
            assertThat(frame(ETHERNET, Arrays.copyOf(ethernet(ip), cut))).isEqualTo("OTHER");
        }
        byte[] fragment = ip.clone();
        fragment[6] = 0x20;
        assertThat(frame(RAW, fragment)).isEqualTo("FRAGMENT");
        byte[] tcp = ip.clone();
        tcp[9] = 6;
        assertThat(frame(RAW, tcp)).isEqualTo("OTHER");
        byte[] lying = ip.clone();
        lying[25] = 100;
        assertThat(frame(RAW, lying)).isEqualTo("CUT");
        assertThat(frame(147, ip)).isEqualTo("OTHER");
    }

    @Test
    void keepsWhatCameBeforeTheCutOfACaptureThatIsCutOff() throws IOException {
        byte[] packet = ethernet(ip("239.1.1.1", 7, "one"));
        byte[] first = pcap(LITTLE, false, ETHERNET, packet);
        byte[] both = pcap(LITTLE, false, ETHERNET, packet, packet);
        for (int cut = first.length + 1; cut < both.length; cut++) {
            Path file = write(Arrays.copyOf(both, cut));
            List<String> seen = new ArrayList<>();
            int at = cut;
            assertThatThrownBy(() -> read(file, seen)).isInstanceOf(CommandFailure.class)
                    .hasMessage(file + ": cut off, behind packet 1 at byte " + at);
            assertThat(seen).hasSize(1);
        }
        byte[] start = join(section(BIG), description(BIG, ETHERNET, 9, 0));
        byte[] whole = join(start, enhanced(BIG, 1, packet));
        for (int cut = 4; cut < whole.length; cut++) {
            if (cut == start.length || cut == section(BIG).length) {
                continue; // the end of a block
            }
            Path file = write(Arrays.copyOf(whole, cut));
            assertThatThrownBy(() -> read(file, new ArrayList<>())).as("cut at %d", cut)
                    .isInstanceOf(CommandFailure.class).hasMessageContaining("cut off, behind packet 0");
        }
    }

    @Test
    void refusesWhatIsNoCaptureWithOneSentence() throws IOException {
        assertThatThrownBy(() -> PacketCapture.open(directory.resolve("none")))
                .hasMessage(directory.resolve("none") + ": there is no such file");
        assertThatThrownBy(() -> read(new byte[0])).hasMessageEndingWith(": the file is empty");
        assertThatThrownBy(() -> read(new byte[100])).hasMessageEndingWith(": neither pcap nor pcapng");
        byte[] wrong = pcap(BIG, false, ETHERNET, new byte[10]);
        wrong[24 + 8] = 0x7F;
        assertThatThrownBy(() -> read(wrong)).hasMessageContaining("a length of 2130706442 bytes, behind packet 0");
        assertThatThrownBy(() -> read(join(section(BIG), enhanced(BIG, 1, new byte[4]))))
                .hasMessageContaining("a packet of an interface that is not described");
    }

    @Test
    void sendsWhatWasRecordedToWhereTheMapSays() throws Exception {
        byte[][] packets = new byte[20][];
        for (int i = 0; i < packets.length; i++) {
            byte[] bytes = ByteBuffer.allocate(8).putLong(i + 1).array();
            String number = new String(bytes, StandardCharsets.ISO_8859_1);
            packets[i] = ethernet(ip(i % 10 == 9 ? "10.1.1.1" : "239.9.9.9", 26_477, number));
        }
        Path file = write(pcap(LITTLE, true, ETHERNET, packets));
        RunningCommand receiver = RunningCommand.start("feed-receive", "--protocol", "sequenced", "--line",
                "239.195.79.1:0@lo", "--idle", "block", "--count", "18", "--gap-timeout", "10ms");

        Result replayed = RunningCommand.run("pcap-replay", "--file", file.toString(), "--interface", "lo", "--speed",
                "0", "--idle", "block", "--map", "239.9.9.9:26477=239.195.79.1:" + receiver.port());
        Result received = receiver.await();

        assertThat(replayed.status()).as(replayed.err()).isZero();
        assertThat(replayed.lastLine()).isEqualTo("pcap-replay: packets=20 sent=18 bytes=144 skipped=2");
        assertThat(received.lastLine()).isEqualTo(
                "feed-receive: delivered=18 duplicates=0 gaps=1 recovered=0 lost=1 first=1 last=19");
    }

    @Test
    void sendsWhatIsBeforeTheCutAndFails() throws Exception {
        byte[] file = pcap(LITTLE, false, ETHERNET, ethernet(ip("239.195.79.2", 26_477, "one")), new byte[60]);
        Path cut = write(Arrays.copyOf(file, file.length - 1));

        Result replayed = RunningCommand.run("pcap-replay", "--file", cut.toString(), "--interface", "lo", "--idle",
                "block");

        assertThat(replayed.status()).isEqualTo(1);
        assertThat(replayed.lastLine()).isEqualTo("pcap-replay: packets=1 sent=1 bytes=3 skipped=0");
        assertThat(replayed.err()).isEqualTo(
                "pcap-replay: " + cut + ": cut off, behind packet 1 at byte " + (file.length - 1) + "\n");
    }

    @Test
    void keepsThePausesOfTheCapture() throws Exception {
        Path file = write(pcap(LITTLE, false, ETHERNET, ethernet(ip("239.195.79.3", 26_477, "one")),
                ethernet(ip("239.195.79.3", 26_477, "two"))));
        long start = System.nanoTime();
        RunningCommand.run("pcap-replay", "--file", file.toString(), "--interface", "lo", "--idle", "block", "--speed",
                "5");

        assertThat(System.nanoTime() - start).isGreaterThan(200_000_000L);
    }

    private Path write(byte[] content) throws IOException {
        return Files.write(Files.createTempFile(directory, "capture", ".pcap"), content);
    }

    private List<String> read(byte[] content) throws IOException {
        List<String> packets = new ArrayList<>();
        read(write(content), packets);
        return packets;
    }

    private static void read(Path file, List<String> packets) throws IOException {
        try (PacketCapture capture = PacketCapture.open(file)) {
            while (capture.next()) {
                packets.add(capture.timeNs() + " " + describe(new UdpFrame(), capture.bytes(), capture.offset(),
                        capture.length(), capture.linkType()));
            }
        }
    }

    private static String frame(int linkType, byte[] packet) {
        return describe(new UdpFrame(), packet, 0, packet.length, linkType);
    }

    private static String describe(UdpFrame frame, byte[] bytes, int offset, int length, int linkType) {
        UdpFrame.Kind kind = frame.read(bytes, offset, length, linkType);
        if (kind != UdpFrame.Kind.UDP) {
            return kind.toString();
        }
        String host = frame.destination().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + frame.port() + " "
                + new String(bytes, frame.payloadOffset(), frame.payloadLength());
    }

    private static byte[] ip(String group, int port, String payload) {
        byte[] udp = udp(port, payload);
        ByteBuffer packet = ByteBuffer.allocate(20 + udp.length);
        packet.putShort((short) 0x4500).putShort((short) (20 + udp.length)).putInt(0).put((byte) 1).put((byte) 17);
        packet.putShort((short) 0).putInt(0x0A000001).put(InetAddress.ofLiteral(group).getAddress()).put(udp);
        return packet.array();
    }

    private static byte[] ipv6(String group, int port, String payload, boolean extended) {
        byte[] udp = udp(port, payload);
        byte[] options = extended ? new byte[] {17, 0, 1, 4, 0, 0, 0, 0} : new byte[0];
        ByteBuffer packet = ByteBuffer.allocate(40 + options.length + udp.length);
        packet.putInt(0x60000000).putShort((short) (options.length + udp.length)).put((byte) (extended ? 0 : 17));
        packet.put((byte) 1).put(new byte[16]).put(InetAddress.ofLiteral(group).getAddress()).put(options).put(udp);
        return packet.array();
    }

    private static byte[] udp(int port, String payload) {
        byte[] bytes = payload.getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(8 + bytes.length).putShort((short) 1).putShort((short) port)
                .putShort((short) (8 + bytes.length)).putShort((short) 0).put(bytes).array();
    }

    private static byte[] ethernet(byte[] ip) {
        return tagged(ip);
    }

    private static byte[] tagged(byte[] ip, int... tags) {
        ByteBuffer frame = ByteBuffer.allocate(14 + 4 * tags.length + ip.length);
        frame.put(new byte[12]);
        for (int tag : tags) {
            frame.putShort((short) tag).putShort((short) 5);
        }
        return frame.putShort((short) 0x0800).put(ip).array();
    }

    /** A capture of packets a second apart, from second 10 on, 500 units behind the full second. */
    private static byte[] pcap(ByteOrder order, boolean nanoseconds, int linkType, byte[]... packets) {
        ByteBuffer file = ByteBuffer.allocate(100_000).order(order);
        file.putInt(nanoseconds ? 0xA1B23C4D : 0xA1B2C3D4).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0);
        file.putInt(65_535).putInt(linkType);
        int second = 10;
        for (byte[] packet : packets) {
            file.putInt(second++).putInt(500).putInt(packet.length).putInt(packet.length).put(packet);
        }
        return Arrays.copyOf(file.array(), file.position());
    }

    private static byte[] section(ByteOrder order) {
        return block(order, 0x0A0D0D0A,
                ByteBuffer.allocate(16).order(order).putInt(0x1A2B3C4D).putInt(1).putLong(-1).array());
    }

    private static byte[] description(ByteOrder order, int linkType, int resolution, long offset) {
        ByteBuffer body = ByteBuffer.allocate(100).order(order);
        body.putShort((short) linkType).putShort((short) 0).putInt(0);
        if (resolution >= 0) {
            body.putShort((short) 9).putShort((short) 1).put((byte) resolution).put(new byte[3]);
        }
        if (offset != 0) {
            body.putShort((short) 14).putShort((short) 8).putLong(offset);
        }
        body.putInt(0);
        return block(order, 1, Arrays.copyOf(body.array(), body.position()));
    }

    private static byte[] enhanced(ByteOrder order, long time, byte[] packet) {
        return block(order, 6, ByteBuffer.allocate(20 + packet.length).order(order).putInt(0)
                .putInt((int) (time >>> 32)).putInt((int) time).putInt(packet.length).putInt(packet.length).put(packet)
                .array());
    }

    private static byte[] simple(ByteOrder order, byte[] packet) {
        return block(order, 3, ByteBuffer.allocate(4 + packet.length).order(order).putInt(packet.length).put(packet)
                .array());
    }

    private static byte[] block(ByteOrder order, int type, byte[] body) {
        int length = 12 + (body.length + 3 & -4);
        ByteBuffer block = ByteBuffer.allocate(length).order(order).putInt(type).putInt(length).put(body);
        return block.putInt(length - 4, length).array();
    }

    private static byte[] join(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(100_000);
        for (byte[] part : parts) {
            all.put(part);
        }
        return Arrays.copyOf(all.array(), all.position());
    }
}
