package io.sonic.examples;

import io.sonic.CodecStream;
import io.sonic.IoStatus;
import io.sonic.ItemHandler;
import io.sonic.TcpStream;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import java.io.IOException;
import org.agrona.DirectBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whether a flood of frames, all of them there already, keeps timers from running. */
@Command(name = "frame-client", description = {
    "Reads the frames of frame-server and checks each, with a timer beside them.",
    "longest_tick_ns is the longest time between two calls of the timer, which is due every millisecond.",
    "Rate and allocation are those of the last two thirds, at most, of the frames."})
final class FrameClient extends ReactorCommand {

    private static final long TICK_NS = 1_000_000;

    @Mixin
    private ServerOptions server;

    @Option(names = "--count", paramLabel = "N", defaultValue = "1000000", order = 3,
            description = "Frames to read, ${DEFAULT-VALUE} by default.")
    private long count;

    @Override
    void checkOptions() {
        require("--port", server.port, 1, ListenOptions.MAX_PORT);
        require("--count", count, 1, Long.MAX_VALUE);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        Rehearsal.run(loop);
        TcpStream stream = TcpStream.open(loop.reactor());
        Reader reader = new Reader(loop, FrameServer.open(stream));
        stream.asyncConnect(server.address(), ServerOptions.CONNECT_TIMEOUT_NS, status -> {
            if (status == IoStatus.OK) {
                reader.start();
            } else {
                loop.fail(stream.failure().getMessage());
            }
        });
        loop.run();
        print(reader.results());
    }

    /** Asks for the next frame as soon as one has come. */
    private final class Reader {

        private final ReactorLoop loop;
        private final CodecStream<DirectBuffer> frames;
        private final DirectBuffer expected = Memory.of(FrameServer.TEXT);
        private final Throughput throughput = new Throughput();
        private final Watchdog watchdog;
        private final ItemHandler<DirectBuffer> onFrame = this::onFrame;
        private final TimerHandler onTick = this::onTick;
        private long lastTickNs;
        private long longestTickNs;

        Reader(ReactorLoop loop, CodecStream<DirectBuffer> frames) {
            this.loop = loop;
            this.frames = frames;
            watchdog = new Watchdog(loop.reactor(), server.toString(), throughput::messages, loop::fail);
        }

        void start() {
            watchdog.start();
            lastTickNs = loop.reactor().nanoTime();
            new Timer(loop.reactor()).scheduleAtFixedRate(TICK_NS, onTick);
            frames.asyncRead(onFrame);
        }

        private void onFrame(IoStatus status, DirectBuffer frame) {
            if (status != IoStatus.OK) {
                ended(status);
            } else if (frame.capacity() != expected.capacity()
                    || Memory.firstDifference(expected, frame, 0, expected.capacity()) >= 0) {
                loop.fail(server + " is no frame server: a frame of " + frame.capacity() + " bytes is not \""
                        + FrameServer.TEXT + "\"");
            } else {
                throughput.count(frame.capacity());
                if (throughput.messages() == count) {
                    loop.end();
                } else {
                    frames.asyncRead(onFrame);
                }
            }
        }

        private void onTick(Timer timer) {
            long nowNs = loop.reactor().nanoTime();
            longestTickNs = Math.max(longestTickNs, nowNs - lastTickNs);
            lastTickNs = nowNs;
        }

        private void ended(IoStatus status) {
            if (status == IoStatus.FAILED) {
                loop.fail(server + ": " + frames.failure().getMessage());
            } else if (status == IoStatus.END_OF_STREAM) {
                loop.fail(server + " closed the connection after " + throughput.messages() + " frames");
            }
        }

        String results() {
            Throughput.Measured measured = throughput.measure();
            return new ResultLine(name())
                    .add("frames", throughput.messages())
                    .addPerSecond("frames_per_s", measured.messages(), measured.cost().elapsedNs())
                    .add("longest_tick_ns", longestTickNs)
                    .addPer("alloc_bytes_per_frame", measured.cost().allocatedBytes(), measured.messages())
                    .toString();
        }
    }
}
