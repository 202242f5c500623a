package io.sonic.websocket;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A head of HTTP leads to the same outcome in whatever pieces it comes, and nothing in it leads to another exception
 * than the one that says what is wrong.
 */
final class HandshakeFuzzer {
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final int MAX_LENGTH = 4096;

    private HandshakeFuzzer() {
    }

    /**
     * Called by the fuzzer.
     *
     * @throws AssertionError when the parser goes wrong.
     */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length > MAX_LENGTH) {
            return;
        }
        Outcome whole = parse("", input, input.length);
        for (int piece : new int[] {1, 7}) {
            Outcome pieces = parse("", input, piece);
            if (!pieces.equals(whole)) {
                throw new AssertionError(pieces + " in pieces of " + piece + " instead of " + whole);
            }
        }
        parse("HTTP/1.1 ", input, input.length);
        if (whole.head() != null) {
            look(whole.head());
        }
        url(new String(input, StandardCharsets.ISO_8859_1));
    }

    private record Outcome(HttpHead head, int used, String error) {
    }

    private static Outcome parse(String prefix, byte[] input, int piece) {
        HttpHeadParser parser = new HttpHeadParser(prefix);
        UnsafeBuffer buffer = new UnsafeBuffer(input);
        int used = 0;
        try {
            while (used < input.length && parser.head() == null) {
                used += parser.feed(buffer, used, Math.min(piece, input.length - used));
            }
            return new Outcome(parser.head(), used, null);
        } catch (IOException e) {
            return new Outcome(null, 0, e.getMessage());
        }
    }

    private static void look(HttpHead head) {
        PerMessageDeflate options = new PerMessageDeflate().peerMaxWindowBits(10);
        DeflateNegotiation.Answer answer = DeflateNegotiation.answer(head, options);
        if (answer != null && !answer.field().startsWith("permessage-deflate")) {
            throw new AssertionError(answer);
        }
        refused(() -> DeflateNegotiation.accept(head, options));
        refused(() -> UpgradeRequest.check(head));
        refused(() -> UpgradeResponse.statusCode(head));
        refused(() -> UpgradeResponse.check(head, KEY, List.of("a", "b")));
        RefusalBody body = new RefusalBody(head);
        byte[] content = "4\r\nabcd\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        body.append(new UnsafeBuffer(content), 0, content.length);
        body.toBytes();
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void refused(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            if (e.getMessage() == null || e.getMessage().isEmpty()) {
                throw new AssertionError("a refusal without a reason", e);
            }
        }
    }

    private static void url(String text) {
        for (String url : new String[] {text, "ws://" + text}) {
            try {
                WebSocketUrl parsed = WebSocketUrl.parse(url);
                if (parsed.port() < 1 || parsed.port() > 0xFFFF || !parsed.target().startsWith("/")) {
                    throw new AssertionError(parsed);
                }
            } catch (IllegalArgumentException refused) {
                continue;
            }
        }
    }
}
