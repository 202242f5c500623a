package io.sonic.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sonic.IoStatus;
import io.sonic.ReadHandler;
import io.sonic.TcpStream;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The stream allocates nothing for a read or a write; what the JDK's engine allocates is not more than it was.
 */
@Tag("epoll")
final class TlsAllocationTest extends TlsTest {
    private static final int MESSAGE_LENGTH = 200;
    private static final int MESSAGES = 5_000;
    private static final long LIMIT_NS = 10_000_000_000L;
    /**
     * What the JDK's engine may allocate to encrypt and decrypt a record of 200 bytes, compiled well or not.
     */
    private static final long MAX_BYTES_OF_THE_JDK = 5_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void allocatesNothingForAReadAndAWrite() throws IOException {
        TcpStream[] transports = tcp();
        Pair pair = shaken(new Pair(
                closing(new TlsStream(transports[0], new PlainEngine(), "client", 0, 0)),
                closing(new TlsStream(transports[1], new PlainEngine(), "server", 0, 0))));

        assertThat(bytesOfRun(pair, MESSAGE_LENGTH, 0)).isZero();
    }

    @Test
    void allocatesNothingForATimeOutThatIsSet() throws IOException {
        TcpStream[] transports = tcp();
        Pair pair = shaken(new Pair(
                closing(new TlsStream(transports[0], new PlainEngine(), "client", 0, 0)),
                closing(new TlsStream(transports[1], new PlainEngine(), "server", 0, 0))));
        pair.client().readTimeoutNs(1_000_000_000_000L);
        pair.server().readTimeoutNs(1_000_000_000_000L);

        assertThat(bytesOfRun(pair, MESSAGE_LENGTH, 0)).isZero();
    }

    /**
     * A reader with less room than a record takes it out of the engine piece by piece.
     */
    @Test
    void allocatesNothingForAReadThatIsShorterThanTheRecord() throws IOException {
        TcpStream[] transports = tcp();
        Pair pair = shaken(new Pair(
                closing(new TlsStream(transports[0], new PlainEngine(), "client", 0, 0)),
                closing(new TlsStream(transports[1], new PlainEngine(), "server", 0, 0))));

        assertThat(bytesOfRun(pair, 50, 0)).isZero();
    }

    @Test
    void leavesTheGarbageOfTheJdksEngineWithinBounds() throws IOException {
        long limit = MAX_BYTES_OF_THE_JDK * MESSAGES;

        assertThat(bytesOfRun(connected(), MESSAGE_LENGTH, limit)).isLessThanOrEqualTo(limit);
    }

    /**
     * Repeats runs until one allocates no more than the limit: the JVM compiles late on a busy machine, and takes back
     * what it compiled when it learns more. What allocates for ever does so in every run.
     *
     * @return bytes allocated in the last run.
     */
    private long bytesOfRun(Pair pair, int readLength, long limit) {
        Exchange exchange = new Exchange(pair, readLength);
        long start = System.nanoTime();
        long bytes;
        do {
            long before = threads.getCurrentThreadAllocatedBytes();
            exchange.run(MESSAGES);
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        } while (bytes > limit && System.nanoTime() - start < LIMIT_NS);
        return bytes;
    }

    /**
     * Messages from the client to the server, one after the other.
     */
    private final class Exchange {
        private final Pair pair;
        private final int readLength;
        private final UnsafeBuffer out = buffer(MESSAGE_LENGTH);
        private final UnsafeBuffer in = buffer(MESSAGE_LENGTH);
        private final ReadHandler read = this::onRead;
        private final WriteHandler written = this::onWritten;
        private int received;
        private int writes;

        Exchange(Pair pair, int readLength) {
            this.pair = pair;
            this.readLength = readLength;
        }

        void run(int messages) {
            for (int i = 0; i < messages; i++) {
                received = 0;
                pair.server().asyncRead(in, 0, readLength, read);
                pair.client().asyncWriteAll(out, 0, MESSAGE_LENGTH, written);
                while (received < MESSAGE_LENGTH) {
                    reactor.poll();
                }
            }
        }

        private void onRead(IoStatus status, int length) {
            received += length;
            if (received < MESSAGE_LENGTH) {
                pair.server().asyncRead(in, received, Math.min(readLength, MESSAGE_LENGTH - received), read);
            }
        }

        private void onWritten(IoStatus status, int length) {
            writes++;
        }
    }
}
