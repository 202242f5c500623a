package io.sonic.examples;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The packets of a capture file, one after the other: pcap with micro- or nanoseconds, and pcapng, in either byte
 * order.
 */
final class PacketCapture implements AutoCloseable {

    private static final int MAGIC_MICROSECONDS = 0xA1B2_C3D4;
    private static final int MAGIC_NANOSECONDS = 0xA1B2_3C4D;
    private static final int PCAP_HEADER_LENGTH = 24;
    private static final int PCAP_LINK_TYPE_OFFSET = 20;
    private static final int PCAP_RECORD_LENGTH = 16;

    private static final int SECTION_HEADER = 0x0A0D_0D0A;
    private static final int BYTE_ORDER_MAGIC = 0x1A2B_3C4D;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int SIMPLE_PACKET = 3;
    private static final int ENHANCED_PACKET = 6;
    private static final int OPTION_END = 0;
    private static final int OPTION_RESOLUTION = 9;
    private static final int OPTION_OFFSET = 14;
    private static final int BLOCK_FRAME = 12;
    private static final int ENHANCED_HEADER = 20;

    private static final int MAX_LENGTH = 1 << 24;
    private static final int MICROSECONDS = 6;
    private static final long NS_PER_SECOND = 1_000_000_000;

    private final Path file;
    private final InputStream in;
    private final List<CapturedInterface> interfaces = new ArrayList<>();
    private ByteOrder order;
    private boolean blocks;
    private byte[] bytes = new byte[1 << 16];
    private ByteBuffer data = ByteBuffer.wrap(bytes);
    private long position;
    private long packets;
    private int offset;
    private int length;
    private int linkType;
    private long timeNs;

    /** What pcapng says about an interface. */
    private record CapturedInterface(int linkType, long unitsPerSecond, long offsetSeconds) {

        long timeNs(long units) {
            long seconds = Long.divideUnsigned(units, unitsPerSecond);
            double rest = Long.remainderUnsigned(units, unitsPerSecond);
            long fraction = unitsPerSecond <= NS_PER_SECOND
                    ? (long) rest * (NS_PER_SECOND / unitsPerSecond) : (long) (rest * NS_PER_SECOND / unitsPerSecond);
            return (seconds + offsetSeconds) * NS_PER_SECOND + fraction;
        }
    }

    private PacketCapture(Path file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    /**
     * Opens a capture.
     *
     * @throws CommandFailure with one line, when it can not be read or is none.
     */
    static PacketCapture open(Path file) throws IOException {
        InputStream in;
        try {
            in = new BufferedInputStream(Files.newInputStream(file), 1 << 20);
        } catch (NoSuchFileException e) {
            throw new CommandFailure(file + ": there is no such file");
        }
        PacketCapture capture = new PacketCapture(file, in);
        try {
            capture.readHeader();
            return capture;
        } catch (IOException | RuntimeException e) {
            capture.close();
            throw e;
        }
    }

    /**
     * Goes to the next packet.
     *
     * @return false at the end of the file.
     * @throws CommandFailure with one line, when the file is cut off or wrong there; what came before was right.
     */
    boolean next() throws IOException {
        return blocks ? nextOfBlocks() : nextOfRecords();
    }

    /** What the packet is in; valid until the next one. */
    byte[] bytes() {
        return bytes;
    }

    int offset() {
        return offset;
    }

    /** What was captured of it, which may be less than it had. */
    int length() {
        return length;
    }

    /** What its first header is, see the list of link types of tcpdump. */
    int linkType() {
        return linkType;
    }

    /** When it was captured, in nanoseconds since 1970. */
    long timeNs() {
        return timeNs;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private void readHeader() throws IOException {
        if (!fill(0, Integer.BYTES)) {
            throw new CommandFailure(file + ": the file is empty");
        }
        int magic = data.order(ByteOrder.BIG_ENDIAN).getInt(0);
        if (magic == SECTION_HEADER) {
            blocks = true;
            readSection();
            return;
        }
        order = magic == MAGIC_MICROSECONDS || magic == MAGIC_NANOSECONDS
                ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        data.order(order);
        boolean nanoseconds = data.getInt(0) == MAGIC_NANOSECONDS;
        if (!nanoseconds && data.getInt(0) != MAGIC_MICROSECONDS) {
            throw new CommandFailure(file + ": neither pcap nor pcapng");
        }
        need(Integer.BYTES, PCAP_HEADER_LENGTH - Integer.BYTES);
        interfaces.add(new CapturedInterface(data.getInt(PCAP_LINK_TYPE_OFFSET) & 0xFFFF,
                nanoseconds ? NS_PER_SECOND : NS_PER_SECOND / 1000, 0));
    }

    private boolean nextOfRecords() throws IOException {
        if (!fill(0, PCAP_RECORD_LENGTH)) {
            return false;
        }
        long seconds = Integer.toUnsignedLong(data.getInt(0));
        long fraction = Integer.toUnsignedLong(data.getInt(4));
        CapturedInterface from = interfaces.getFirst();
        linkType = from.linkType;
        timeNs = seconds * NS_PER_SECOND + fraction * (NS_PER_SECOND / from.unitsPerSecond);
        length = checkLength(data.getInt(8));
        need(PCAP_RECORD_LENGTH, length);
        offset = PCAP_RECORD_LENGTH;
        packets++;
        return true;
    }

    private boolean nextOfBlocks() throws IOException {
        while (fill(0, Integer.BYTES)) {
            int type = data.getInt(0);
            if (type == SECTION_HEADER) {
                readSection();
                continue;
            }
            need(Integer.BYTES, Integer.BYTES);
            int blockLength = readBlock(Long.BYTES);
            switch (type) {
                case INTERFACE_DESCRIPTION -> describe(blockLength);
                case ENHANCED_PACKET -> {
                    readEnhanced(blockLength);
                    packets++;
                    return true;
                }
                case SIMPLE_PACKET -> {
                    readSimple(blockLength);
                    packets++;
                    return true;
                }
                default -> { }
            }
        }
        return false;
    }

    /** Begins a section, of which the type has been read. */
    private void readSection() throws IOException {
        need(Integer.BYTES, Long.BYTES);
        order = data.order(ByteOrder.BIG_ENDIAN).getInt(Long.BYTES) == BYTE_ORDER_MAGIC
                ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        data.order(order);
        if (data.getInt(Long.BYTES) != BYTE_ORDER_MAGIC) {
            throw wrong("a section without a byte order");
        }
        interfaces.clear();
        readBlock(Long.BYTES + Integer.BYTES);
    }

    /** Reads the rest of a block whose length has been read. */
    private int readBlock(int already) throws IOException {
        int blockLength = checkLength(data.getInt(Integer.BYTES));
        if (blockLength < Math.max(already, BLOCK_FRAME) || (blockLength & 3) != 0) {
            throw wrong("a block of " + blockLength + " bytes");
        }
        need(already, blockLength - already);
        if (data.getInt(blockLength - Integer.BYTES) != blockLength) {
            throw wrong("a block with two lengths");
        }
        return blockLength;
    }

    private void describe(int blockLength) throws CommandFailure {
        if (blockLength < 20) {
            throw wrong("an interface of " + blockLength + " bytes");
        }
        long units = NS_PER_SECOND / 1000;
        long offsetSeconds = 0;
        int at = 16;
        int end = blockLength - Integer.BYTES;
        while (end - at >= Integer.BYTES && data.getShort(at) != OPTION_END) {
            int option = data.getShort(at) & 0xFFFF;
            int optionLength = data.getShort(at + 2) & 0xFFFF;
            if (at + Integer.BYTES + optionLength > end) {
                throw wrong("an option that is longer than its block");
            }
            if (option == OPTION_RESOLUTION && optionLength == 1) {
                units = unitsPerSecond(data.get(at + 4));
            } else if (option == OPTION_OFFSET && optionLength == Long.BYTES) {
                offsetSeconds = data.getLong(at + 4);
            }
            at += Integer.BYTES + (optionLength + 3 & -4);
        }
        interfaces.add(new CapturedInterface(data.getShort(8) & 0xFFFF, units, offsetSeconds));
    }

    /** Powers of ten, or of two where the first bit is set. */
    private long unitsPerSecond(byte resolution) throws CommandFailure {
        int exponent = resolution & 0x7F;
        if (resolution >= 0 && exponent <= 18) {
            long units = 1;
            for (int i = 0; i < exponent; i++) {
                units *= 10;
            }
            return units;
        }
        if (resolution < 0 && exponent < Long.SIZE - 1) {
            return 1L << exponent;
        }
        throw wrong("a resolution of " + exponent);
    }

    private void readEnhanced(int blockLength) throws CommandFailure {
        if (blockLength < Long.BYTES + ENHANCED_HEADER + Integer.BYTES) {
            throw wrong("a packet in a block of " + blockLength + " bytes");
        }
        CapturedInterface from = capturedOn(data.getInt(8));
        linkType = from.linkType;
        timeNs = from.timeNs(
                Integer.toUnsignedLong(data.getInt(12)) << 32 | Integer.toUnsignedLong(data.getInt(16)));
        offset = Long.BYTES + ENHANCED_HEADER;
        length = data.getInt(20);
        if (length < 0 || length > blockLength - offset - Integer.BYTES) {
            throw wrong("a packet that is longer than its block");
        }
    }

    /** A packet without a time: that of the one before. */
    private void readSimple(int blockLength) throws CommandFailure {
        linkType = capturedOn(0).linkType;
        offset = 12;
        if (blockLength < offset + Integer.BYTES) {
            throw wrong("a packet in a block of " + blockLength + " bytes");
        }
        length = (int) Math.min(Integer.toUnsignedLong(data.getInt(8)), blockLength - offset - Integer.BYTES);
    }

    private CapturedInterface capturedOn(int index) throws CommandFailure {
        if (index < 0 || index >= interfaces.size()) {
            throw wrong("a packet of an interface that is not described");
        }
        return interfaces.get(index);
    }

    private int checkLength(int read) throws CommandFailure {
        if (read < 0 || read > MAX_LENGTH) {
            throw wrong("a length of " + Integer.toUnsignedString(read) + " bytes");
        }
        return read;
    }

    private CommandFailure wrong(String what) {
        return new CommandFailure(file + ": " + what + ", behind packet " + packets + " at byte " + position);
    }

    private void need(int at, int count) throws IOException {
        if (count > 0 && !fill(at, count)) {
            throw wrong("cut off");
        }
    }

    /** Reads bytes; false when there are none at all. */
    private boolean fill(int at, int count) throws IOException {
        if (at + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(at + count, 2 * bytes.length));
            data = ByteBuffer.wrap(bytes).order(data.order());
        }
        int read = in.readNBytes(bytes, at, count);
        position += read;
        if (read > 0 && read < count) {
            throw wrong("cut off");
        }
        return read == count;
    }
}
