package io.sonic.websocket;

/**
 * Bytes of frames lead to the same frames and the same error in whatever pieces they come.
 *
 * <p>The first byte of an input says how the decoder is set up.
 */
final class FrameDecoderFuzzer {
    private static final int MAX_LENGTH = 400;
    private static final int CUTS = 6;
    private static final Utf8Check[] CHECKS = Utf8Check.values();

    private FrameDecoderFuzzer() {
    }

    /**
     * Called by the fuzzer.
     *
     * @throws AssertionError when the decoder goes wrong.
     */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 2 || input.length > MAX_LENGTH) {
            return;
        }
        Role role = (input[0] & 1) == 0 ? Role.CLIENT : Role.SERVER;
        Utf8Check check = CHECKS[(input[0] >> 1 & 3) % CHECKS.length];
        boolean deflate = (input[0] & 8) != 0;
        int maxMessageLength = (input[0] & 16) != 0 ? 32 : 1 << 20;
        byte[] frames = new byte[input.length - 1];
        System.arraycopy(input, 1, frames, 0, frames.length);
        DecoderProbe.decode(() -> new FrameDecoder(role, maxMessageLength, check, deflate), CUTS, frames);
    }
}
