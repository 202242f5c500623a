package io.sonic.benchmarks;

import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.ReadHandler;
import io.sonic.Stream;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one echo of 64 bytes costs a reactor that holds both ends of many TCP connections, all of them active. The cost
 * per echo should not grow with the connections. 10,000 of them need {@code prlimit --nofile=32768}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = {
    "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED"})
public class ManyConnectionsBenchmark {
    private static final int LENGTH = 64;
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);

    /** Connections, each with both ends in the reactor. */
    @Param({"1", "100", "1000", "9900"})
    public int connections;

    private Reactor reactor;
    private TcpListener listener;
    private final List<End> clients = new ArrayList<>();
    private long echoes;
    private long wanted;

    @Setup
    public void open() throws IOException {
        reactor = Reactor.open();
        listener = TcpListener.open(reactor, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        accept();
        for (int i = 0; i < connections; i++) {
            connect();
            while (clients.size() <= i) {
                reactor.poll();
            }
        }
        clients.forEach(End::write);
    }

    @TearDown
    public void close() {
        reactor.close();
    }

    @Benchmark
    public long echo() {
        wanted++;
        while (echoes < wanted) {
            reactor.poll();
        }
        return echoes;
    }

    private void accept() {
        listener.asyncAccept((status, stream) -> {
            if (status == IoStatus.OK) {
                new End(stream, false).read();
                accept();
            }
        });
    }

    private void connect() {
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(listener.localAddress(), CONNECT_TIMEOUT_NS, status -> {
            if (status != IoStatus.OK) {
                throw new IllegalStateException(stream.failure());
            }
            clients.add(new End(stream, true));
        });
    }

    /** One end of a connection: it writes what it has read, for ever. */
    private final class End {
        private final Stream stream;
        private final boolean counts;
        private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH));
        private final ReadHandler onRead = this::onRead;
        private final WriteHandler onWrite = this::onWrite;

        End(Stream stream, boolean counts) {
            this.stream = stream;
            this.counts = counts;
        }

        void read() {
            stream.asyncReadAll(buffer, 0, LENGTH, onRead);
        }

        void write() {
            stream.asyncWriteAll(buffer, 0, LENGTH, onWrite);
        }

        private void onRead(IoStatus status, int length) {
            if (status == IoStatus.OK) {
                echoes += counts ? 1 : 0;
                write();
            }
        }

        private void onWrite(IoStatus status, int length) {
            if (status == IoStatus.OK) {
                read();
            }
        }
    }
}
