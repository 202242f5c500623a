package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.IoStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketStreamTest {
    /**
     * Sends back what it receives.
     */
    static final class Echo {
        private final WebSocketStream ws;
        private final MessageHandler onMessage = this::onMessage;

        Echo(WebSocketStream ws) {
            this.ws = ws;
            ws.asyncNextMessage(onMessage);
        }

        private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
            if (status == IoStatus.OK) {
                ws.asyncWrite(type, buffer, offset, length, (written, count) -> ws.asyncNextMessage(onMessage));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 65_535, 65_536, 1 << 20, 5 << 20})
    void echoes(int length) throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            new Echo(pair.server);
            for (Opcode type : List.of(Opcode.TEXT, Opcode.BINARY)) {
                byte[] message = new byte[length];
                new Random(length).nextBytes(message);
                for (int i = 0; i < length && type == Opcode.TEXT; i++) {
                    message[i] &= 0x7F;
                }
                List<String> received = new ArrayList<>();
                pair.client.asyncNextMessage((status, opcode, buffer, offset, count) ->
                    received.add(status + " " + opcode + " " + Hex.format(buffer, offset, count)));
                pair.client.asyncWrite(type, new UnsafeBuffer(message), 0, length,
                    (status, count) -> received.add("written " + status + " " + count));
                pair.loop.until(() -> received.size() == 2);
                assertThat(received).containsExactly("written OK " + length,
                    "OK " + type + " " + Hex.format(new UnsafeBuffer(message), 0, length));
            }
        }
    }
}
