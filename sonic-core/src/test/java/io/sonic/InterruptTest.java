package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * An interrupt of its thread does not concern a reactor: {@link Reactor#stop()} ends it.
 */
final class InterruptTest extends ReactorTest {
    private final UnsafeBuffer buffer = Buffers.allocate(8);

    @Test
    void waitsInTheKernelOnAThreadThatIsInterrupted() throws IOException {
        CountingClock clock = new CountingClock();
        Reactor counted = open(context().nanoClock(clock));
        Thread.currentThread().interrupt();

        boolean sleeps = clock.sleeps(counted);

        assertThat(Thread.interrupted()).as("interrupted, for who looks at it").isTrue();
        assertThat(sleeps).isTrue();
    }

    @Test
    void servesConnectionsOnAThreadThatIsInterrupted() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        Thread.currentThread().interrupt();
        pair.client().asyncWrite(Buffers.of("abc"), 0, 3, recorder.write);
        reactor.runOneFor(10_000_000_000L);
        Thread.interrupted();

        assertThat(recorder.events).containsExactly(
                new Recorder.Written(IoStatus.OK, 3), new Recorder.Read(IoStatus.OK, 3));
        assertThat(pair.server().isOpen()).isTrue();
    }
}
