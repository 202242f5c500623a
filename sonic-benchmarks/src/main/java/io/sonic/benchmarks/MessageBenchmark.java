package io.sonic.benchmarks;

import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.TcpListener;
import io.sonic.WriteHandler;
import io.sonic.websocket.MessageHandler;
import io.sonic.websocket.Opcode;
import io.sonic.websocket.PerMessageDeflate;
import io.sonic.websocket.WebSocketStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A message from a server to its client over loopback, both on one reactor: what it costs to write, to read, and to
 * compress. With {@code -prof gc}: what it allocates, which is nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = {
    "--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED"})
public class MessageBenchmark {
    private static final int SHAPE = 1000;

    /**
     * Bytes of a message.
     */
    @Param({"16", "200", "4000", "65536"})
    public int length;

    /**
     * What it is.
     */
    @Param({"TEXT", "BINARY"})
    public Opcode type;

    /**
     * Whether it is compressed.
     */
    @Param({"false", "true"})
    public boolean deflate;

    private final WriteHandler onWrite = this::onWrite;
    private final MessageHandler onMessage = this::onMessage;
    private Reactor reactor;
    private WebSocketStream client;
    private WebSocketStream server;
    private UnsafeBuffer message;
    private long received;
    private long written;

    /**
     * Connects the two.
     *
     * @throws IOException when that does not work.
     */
    @Setup
    public void connect() throws IOException {
        message = new UnsafeBuffer(ByteBuffer.allocateDirect(length));
        for (int i = 0; i < length; i++) {
            // Compresses to about a quarter, as the feeds of exchanges do.
            message.putByte(i, (byte) ((i * 31 % SHAPE & 3) == 0 ? 'a' + i * 7 % 26 : "{\"p\":1,".charAt(i % 7)));
        }
        WebSocketStream.Context context = new WebSocketStream.Context();
        if (deflate) {
            context.perMessageDeflate(new PerMessageDeflate().compressionLevel(1).minLength(0));
        }
        reactor = Reactor.open();
        client = WebSocketStream.open(reactor, context);
        server = WebSocketStream.open(reactor, context);
        try (TcpListener listener = TcpListener.open(reactor,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            listener.asyncAccept((status, stream) -> server.asyncAccept(stream, MessageBenchmark::require));
            client.asyncHandshake("ws://127.0.0.1:" + listener.localAddress().getPort(), MessageBenchmark::require);
            while (!client.isConnected() || !server.isConnected()) {
                reactor.runOneFor(1_000_000);
            }
        }
        client.asyncNextMessage(onMessage);
    }

    /**
     * Ends both.
     */
    @TearDown
    public void close() {
        reactor.close();
    }

    /**
     * Sends the message, and waits until it is there.
     *
     * @return how many there were.
     */
    @Benchmark
    public long copied() {
        vary();
        server.asyncWrite(type, message, 0, length, onWrite);
        return await();
    }

    /**
     * The same, written where it is sent from.
     *
     * @return how many there were.
     */
    @Benchmark
    public long inPlace() {
        vary();
        int offset = server.claim(length);
        server.claimBuffer().putBytes(offset, message, 0, length);
        server.commit(type, length, onWrite);
        return await();
    }

    /**
     * No message is the one before it.
     */
    private void vary() {
        message.putInt((int) (received % (length - 3)), (int) (received & 0x1F1F1F1FL) | 0x40404040);
    }

    private long await() {
        long until = received + 1;
        while (received < until || written < until) {
            reactor.poll();
        }
        return received;
    }

    private void onWrite(IoStatus status, int count) {
        require(status);
        written++;
    }

    private void onMessage(IoStatus status, Opcode opcode, DirectBuffer buffer, int offset, int count) {
        if (status == IoStatus.CLOSED) {
            return;
        }
        require(status);
        received++;
        client.asyncNextMessage(onMessage);
    }

    private static void require(IoStatus status) {
        if (status != IoStatus.OK) {
            throw new IllegalStateException(status.toString());
        }
    }
}
