package io.sonic.websocket;

import io.sonic.ConnectHandler;
import io.sonic.IoStatus;
import io.sonic.WriteHandler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * Writes down what handlers are told.
 */
final class Recorder {
    final List<String> events = new ArrayList<>();
    private final WebSocketStream ws;

    Recorder(WebSocketStream ws) {
        this.ws = ws;
    }

    ConnectHandler handshake() {
        return status -> events.add("handshake " + status);
    }

    WriteHandler write() {
        return (status, length) -> events.add("write " + status + " " + length);
    }

    WriteHandler ping() {
        return (status, length) -> events.add("ping " + status + " " + length);
    }

    CloseHandler close() {
        return status -> events.add("close " + status);
    }

    /**
     * For one message.
     */
    MessageHandler message() {
        return (status, type, buffer, offset, length) -> events.add(describe(status, type, buffer, offset, length));
    }

    /**
     * For one frame.
     */
    FrameHandler frame() {
        return (status, opcode, isFinal, buffer, offset, length) ->
            events.add((isFinal ? "final " : "part ") + describe(status, opcode, buffer, offset, length));
    }

    /**
     * For messages until something else than {@link IoStatus#OK} comes.
     */
    void readOn() {
        ws.asyncNextMessage(this::onMessage);
    }

    private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
        events.add(describe(status, type, buffer, offset, length));
        if (status == IoStatus.OK) {
            readOn();
        }
    }

    ControlHandler control() {
        return (opcode, buffer, offset, length) -> events.add(opcode + " " + text(buffer, offset, length));
    }

    private static String describe(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
        return status == IoStatus.OK ? type + " " + text(buffer, offset, length) : "message " + status;
    }

    static String text(DirectBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return length > 100 ? length + " bytes" : new String(bytes, StandardCharsets.UTF_8);
    }
}
