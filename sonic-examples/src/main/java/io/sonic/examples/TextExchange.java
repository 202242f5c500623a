package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.Stream;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes a text to a stream and reads as many bytes back. */
final class TextExchange {

    private final ReactorLoop loop;
    private final ReactorCommand command;
    private final Stream stream;
    private final String server;

    /**
     * Creates an exchange that does nothing yet.
     *
     * @param command prints what is written and read.
     * @param stream  connected by the time of {@link #start}.
     * @param server  its name, for messages.
     */
    TextExchange(ReactorLoop loop, ReactorCommand command, Stream stream, String server) {
        this.loop = loop;
        this.command = command;
        this.stream = stream;
        this.server = server;
    }

    /**
     * Writes and reads.
     *
     * @param onComplete is called when the reply is there.
     */
    void start(String text, Runnable onComplete) {
        UnsafeBuffer request = Memory.of(text);
        UnsafeBuffer reply = Memory.allocate(request.capacity());
        Watchdog watchdog = new Watchdog(loop.reactor(), server, () -> 0, loop::fail);
        watchdog.start();
        stream.asyncWriteAll(request, 0, request.capacity(), (status, length) -> {
            if (status != IoStatus.OK) {
                failed(status);
                return;
            }
            command.print("wrote " + length + " bytes: " + text);
            stream.asyncReadAll(reply, 0, reply.capacity(), (outcome, received) -> {
                if (outcome != IoStatus.OK) {
                    failed(outcome);
                    return;
                }
                byte[] bytes = new byte[received];
                reply.getBytes(0, bytes);
                command.print("read " + received + " bytes: " + new String(bytes, StandardCharsets.UTF_8));
                watchdog.stop();
                onComplete.run();
            });
        });
    }

    private void failed(IoStatus status) {
        loop.fail(switch (status) {
            case FAILED -> stream.failure().getMessage();
            case END_OF_STREAM -> server + " closed the connection before it sent all of it back";
            default -> server + ": " + status;
        });
    }
}
