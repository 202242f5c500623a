package io.sonic.benchmarks;

import io.sonic.websocket.FrameDecoder;
import io.sonic.websocket.FrameEncoder;
import io.sonic.websocket.Opcode;
import io.sonic.websocket.Role;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The codec alone, in memory: a client decodes a text frame, UTF-8 checked, and encodes one, masked.
 *
 * <p>The frames lie one after the other in a buffer of 128 KiB, as they do after a read.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = {
    "--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED"})
public class FrameBenchmark {
    private static final int BUFFER_LENGTH = 128 * 1024;

    /**
     * Bytes of the message: 206 is the median of what exchanges send, 128 a typical order.
     */
    @Param({"128", "206", "4000"})
    public int length;

    private final UnsafeBuffer received = new UnsafeBuffer(ByteBuffer.allocateDirect(BUFFER_LENGTH));
    private final UnsafeBuffer sent = new UnsafeBuffer(ByteBuffer.allocateDirect(BUFFER_LENGTH));
    private final FrameDecoder decoder = new FrameDecoder(Role.CLIENT, 1 << 24);
    private final FrameEncoder encoder = new FrameEncoder(Role.CLIENT);
    private UnsafeBuffer message;
    private int limit;
    private int position;

    /**
     * Fills the buffer with frames.
     */
    @Setup
    public void fill() {
        message = new UnsafeBuffer(ByteBuffer.allocateDirect(length));
        for (int i = 0; i < length; i++) {
            message.putByte(i, (byte) (' ' + i % 90));
        }
        FrameEncoder server = new FrameEncoder(Role.SERVER);
        while (limit + server.frameLength(length) <= BUFFER_LENGTH) {
            limit += server.encode(Opcode.TEXT, true, message, 0, length, received, limit);
        }
    }

    /**
     * Decodes the next frame.
     *
     * @return where its payload starts.
     */
    @Benchmark
    public int decode() {
        if (position == limit) {
            position = 0;
        }
        position += decoder.decode(received, position, limit - position);
        return decoder.payloadOffset() + decoder.payloadLength();
    }

    /**
     * Masks and encodes a frame.
     *
     * @return its length.
     */
    @Benchmark
    public int encode() {
        return encoder.encode(Opcode.TEXT, true, message, 0, length, sent, 0);
    }

    /**
     * Encodes a frame around a message that is in its place, and masks it there.
     *
     * @return its length.
     */
    @Benchmark
    public int encodeInPlace() {
        return encoder.encodeInPlace(Opcode.TEXT, true, sent, 0, length);
    }
}
