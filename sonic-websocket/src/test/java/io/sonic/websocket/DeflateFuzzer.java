package io.sonic.websocket;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What is inflated is what the JDK's inflater makes of the same bytes at once, never more than the limit, in however
 * many fragments it comes; and what is compressed is inflated to what it was.
 *
 * <p>The first byte of an input says how both are set up.
 */
final class DeflateFuzzer {
    private static final int LIMIT = 100_000;
    private static final int MAX_LENGTH = 8192;
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    private DeflateFuzzer() {
    }

    /**
     * Called by the fuzzer.
     *
     * @throws AssertionError when one of the two goes wrong.
     */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 1 || input.length > MAX_LENGTH) {
            return;
        }
        byte[] payload = Arrays.copyOfRange(input, 1, input.length);
        try {
            inflate(input[0], payload);
            inflateMessages(payload);
            roundTrip(input[0], payload);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void inflate(int setUp, byte[] payload) throws IOException {
        Object expected = reference(payload);
        UnsafeBuffer source = Hex.direct(payload.length == 0 ? new byte[1] : payload);
        int fragments = 1 + (setUp & 3);
        try (MessageInflater inflater = new MessageInflater(true, LIMIT, Utf8Check.STRICT,
                new WebSocketStatistics())) {
            ProtocolError error = null;
            int from = 0;
            for (int i = 0; i < fragments && error == null; i++) {
                int to = i == fragments - 1 ? payload.length : Math.min(payload.length, from + 1 + (setUp >> 2 & 7));
                error = inflater.inflate(i == 0 ? Opcode.BINARY : Opcode.CONTINUATION, i == fragments - 1, true, source,
                    from, to - from);
                from = to;
            }
            Object actual = error != null ? error : bytes(inflater);
            boolean same = expected instanceof byte[] wanted && actual instanceof byte[] got
                ? Arrays.equals(wanted, got) : expected == actual;
            if (!same || inflater.messageLength() > LIMIT + 1) {
                throw new AssertionError(actual + " instead of " + expected);
            }
        }
    }

    /**
     * What venues compress on their own is told apart: bytes within the limit, or a sentence.
     */
    private static void inflateMessages(byte[] payload) {
        UnsafeBuffer source = new UnsafeBuffer(payload);
        try (BinaryInflater raw = BinaryInflater.raw(LIMIT); BinaryInflater gzip = BinaryInflater.gzip(LIMIT)) {
            for (BinaryInflater inflater : new BinaryInflater[] {raw, gzip}) {
                int length = inflater.inflate(source, 0, payload.length);
                if (length > LIMIT || length < 0 == (inflater.error() == null)) {
                    throw new AssertionError(length + " " + inflater.error());
                }
            }
        }
    }

    private static byte[] bytes(MessageInflater inflater) {
        byte[] bytes = new byte[inflater.length()];
        inflater.buffer().getBytes(inflater.offset(), bytes);
        return bytes;
    }

    /**
     * Inflates at once: the bytes, or what is wrong with them.
     */
    private static Object reference(byte[] payload) {
        byte[] input = Arrays.copyOf(payload, payload.length + TAIL.length);
        System.arraycopy(TAIL, 0, input, payload.length, TAIL.length);
        Inflater inflater = new Inflater(true);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] chunk = new byte[1024];
        try {
            inflater.setInput(input);
            while (true) {
                int room = Math.min(chunk.length, LIMIT - out.size() + 1);
                int length = inflater.inflate(chunk, 0, room);
                out.write(chunk, 0, length);
                if (out.size() > LIMIT) {
                    return ProtocolError.MESSAGE_TOO_LONG;
                }
                if (inflater.finished()) {
                    int rest = inflater.getRemaining();
                    inflater.reset();
                    inflater.setInput(input, input.length - rest, rest);
                } else if (length < room) {
                    return out.toByteArray();
                }
            }
        } catch (DataFormatException e) {
            return ProtocolError.INVALID_DEFLATE;
        } finally {
            inflater.end();
        }
    }

    private static void roundTrip(int setUp, byte[] message) throws IOException {
        boolean takeover = (setUp & 1) == 0;
        int bits = 8 + (setUp >> 1 & 7);
        DeflateParameters parameters = new DeflateParameters(takeover, bits, takeover);
        PerMessageDeflate options = new PerMessageDeflate().compressionLevel(1 + (setUp >> 4 & 7)).minLength(0);
        UnsafeBuffer source = new UnsafeBuffer(message);
        try (MessageDeflater deflater = new MessageDeflater(parameters, options);
                MessageInflater inflater = new MessageInflater(takeover, LIMIT, Utf8Check.OFF,
                    new WebSocketStatistics())) {
            for (int round = 0; round < 3; round++) {
                if (!deflater.wants(Opcode.TEXT, true, message.length)) {
                    return;
                }
                deflater.deflate(source, 0, message.length, true);
                ProtocolError error = inflater.inflate(Opcode.TEXT, true, true, deflater.buffer(), deflater.offset(),
                    deflater.length());
                if (error != null || !Arrays.equals(bytes(inflater), message)) {
                    throw new AssertionError("round " + round + ": " + error);
                }
            }
        }
    }
}
