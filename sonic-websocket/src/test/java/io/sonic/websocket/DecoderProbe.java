package io.sonic.websocket;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Feeds a decoder with pieces and writes down what it finds.
 */
final class DecoderProbe {
    private static final int MARGIN = 3;

    private final FrameDecoder decoder;
    private final UnsafeBuffer received;
    private final List<String> events = new ArrayList<>();
    private int position = MARGIN;
    private int limit = MARGIN;

    DecoderProbe(FrameDecoder decoder, int capacity) {
        this.decoder = decoder;
        this.received = Hex.direct(new byte[capacity + MARGIN]);
    }

    void feed(byte[] bytes, int offset, int length) {
        received.putBytes(limit, bytes, offset, length);
        limit += length;
        int frameLength = decoder.decode(received, position, limit - position);
        while (frameLength > 0) {
            events.add(describeFrame(frameLength));
            position += frameLength;
            frameLength = decoder.decode(received, position, limit - position);
        }
        if (frameLength == FrameDecoder.ERROR && (events.isEmpty() || !events.getLast().startsWith("error"))) {
            events.add("error " + decoder.error().closeCode() + ": " + decoder.describeError());
        }
    }

    List<String> events() {
        return events;
    }

    boolean failed() {
        return decoder.error() != null;
    }

    int left() {
        return limit - position;
    }

    private String describeFrame(int frameLength) {
        String payload = Hex.format(received, decoder.payloadOffset(), decoder.payloadLength());
        String shown = payload.length() <= 64 ? payload : decoder.payloadLength() + " bytes";
        return decoder.opcode() + (decoder.isFinal() ? " final " : " part ") + '[' + shown + "] of " + frameLength;
    }

    /**
     * Decodes bytes whole, byte by byte, and cut in two at each position; all have to lead to the same events.
     */
    static List<String> decode(Role role, int maxMessageLength, byte[] bytes) {
        return decode(() -> new FrameDecoder(role, maxMessageLength), Integer.MAX_VALUE, bytes);
    }

    static List<String> decode(Supplier<FrameDecoder> decoders, int maxCuts, byte[] bytes) {
        List<String> whole = decodeInPieces(decoders, bytes, bytes.length);
        requireEqual(whole, decodeInPieces(decoders, bytes, 1), "byte by byte");
        int last = Math.min(bytes.length, 600);
        int step = Math.max(1, last / maxCuts);
        for (int cut = 1; cut < last; cut += step) {
            DecoderProbe probe = new DecoderProbe(decoders.get(), bytes.length);
            probe.feed(bytes, 0, cut);
            probe.feed(bytes, cut, bytes.length - cut);
            requireEqual(whole, probe.events, "cut at " + cut);
        }
        return whole;
    }

    static List<String> decode(Role role, String hex) {
        return decode(role, 1 << 20, Hex.bytes(hex));
    }

    private static List<String> decodeInPieces(Supplier<FrameDecoder> decoders, byte[] bytes, int pieceLength) {
        DecoderProbe probe = new DecoderProbe(decoders.get(), bytes.length);
        for (int i = 0; i < bytes.length; i += pieceLength) {
            probe.feed(bytes, i, Math.min(pieceLength, bytes.length - i));
        }
        return probe.events;
    }

    private static void requireEqual(List<String> whole, List<String> pieces, String how) {
        // What is wrong with a text is said with the number of bytes seen, which depends on the pieces.
        List<String> expected = whole.stream().map(event -> event.replaceAll("found by byte \\d+", "")).toList();
        List<String> actual = pieces.stream().map(event -> event.replaceAll("found by byte \\d+", "")).toList();
        if (!expected.equals(actual)) {
            throw new AssertionError(how + ": " + actual + " instead of " + expected);
        }
    }
}
