package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * Opens a reactor for each test, and holds each test to what it must leave: nothing that a handler threw, and no
 * descriptor.
 */
@Timeout(60)
abstract class ReactorTest {
    final Recorder recorder = new Recorder();
    /**
     * What handlers threw; a test that expects something takes it out.
     */
    final List<Throwable> thrown = new ArrayList<>();
    Reactor reactor;

    private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
    private final List<Watchdog> watchdogs = new ArrayList<>();
    private long descriptors;

    @BeforeEach
    final void openReactor() throws IOException {
        descriptors = Descriptors.count();
        reactor = open(context());
    }

    @AfterEach
    final void leavesNothingBehind() throws Exception {
        List<Watchdog> barked = watchdogs.stream().filter(Watchdog::callOff).toList();
        while (!toClose.isEmpty()) {
            toClose.pop().close();
        }
        assertThat(thrown).as("what handlers threw").isEmpty();
        assertThat(barked).as("reactors that had to be stopped").isEmpty();
        assertThat(Descriptors.count()).as("descriptors").isEqualTo(descriptors);
    }

    final Reactor.Context context() {
        return new Reactor.Context().errorHandler(thrown::add);
    }

    final Reactor open(Reactor.Context context) throws IOException {
        return watched(Reactor.open(context));
    }

    final Reactor watched(Reactor opened) {
        watchdogs.add(new Watchdog(opened));
        return closing(opened);
    }

    /**
     * Has something closed when the test is over.
     */
    final <T extends AutoCloseable> T closing(T closeable) {
        toClose.push(closeable);
        return closeable;
    }

    final void await(BooleanSupplier condition) {
        Await.until(reactor, condition);
    }

    final void awaitEvents(int count) {
        await(() -> recorder.count() >= count);
    }

    /**
     * Turns the reactor some more, so that what would come too much does come.
     */
    final void turn(int times) {
        for (int i = 0; i < times; i++) {
            reactor.poll();
        }
    }
}
