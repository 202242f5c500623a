package io.sonic.websocket;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A close payload is accepted when its code is and its reason is UTF-8, as the JDK's decoder has it; nothing else.
 */
final class ClosePayloadFuzzer {
    private static final int MAX_LENGTH = 125;

    private ClosePayloadFuzzer() {
    }

    /**
     * Called by the fuzzer.
     *
     * @throws AssertionError when the decoder goes wrong.
     */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length > MAX_LENGTH) {
            return;
        }
        UnsafeBuffer frame = Hex.direct(new byte[input.length + 2]);
        frame.putByte(0, (byte) 0x88);
        frame.putByte(1, (byte) input.length);
        frame.putBytes(2, input);
        FrameDecoder decoder = new FrameDecoder(Role.CLIENT, 1024);
        int length = decoder.decode(frame, 0, frame.capacity());
        ProtocolError expected = expected(input);
        if (decoder.error() != expected || length != (expected == null ? frame.capacity() : FrameDecoder.ERROR)) {
            throw new AssertionError(decoder.describeError() + " instead of " + expected + ", length " + length);
        }
    }

    private static ProtocolError expected(byte[] payload) {
        if (payload.length == 0) {
            return null;
        }
        if (payload.length == 1) {
            return ProtocolError.SHORT_CLOSE_PAYLOAD;
        }
        int code = (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
        boolean valid = switch (code) {
            case 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014 -> true;
            default -> code >= 3000 && code < 5000;
        };
        if (!valid) {
            return ProtocolError.INVALID_CLOSE_CODE;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload, 2, payload.length - 2));
            return null;
        } catch (CharacterCodingException e) {
            return ProtocolError.INVALID_CLOSE_REASON;
        }
    }
}
