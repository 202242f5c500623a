package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.FaultyCalls.Fault;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each native call of each scenario fails with each errno, is interrupted, finds nothing to do, or is short, for the
 * first time that it is made, the second, and so on. Whatever happens, each operation is completed once, no descriptor
 * is left, nothing hangs, and the reactor goes on.
 *
 * <p>Runs in a process of its own, which is started with {@link FaultyCalls} in place.
 */
@Tag("faults")
@Timeout(60)
final class FaultInjectionTest {
    private static final List<Errno> REFUSALS = List.of(
            Errno.EMFILE, Errno.ENOBUFS, Errno.ENOMEM, Errno.ECONNRESET, Errno.EIO);
    /**
     * What moves bytes, or connections: it may be interrupted, find nothing, and report an error of the peer.
     */
    private static final Set<String> TRANSFERS = Set.of("recv", "send", "recvfrom", "sendto", "recvmsg", "sendmsg",
            "recvmmsg", "sendmmsg", "accept4", "read", "write", "readv", "writev");
    /**
     * What may be interrupted without harm.
     */
    private static final Set<String> INTERRUPTIBLE = Set.of("connect", "open", "close", "epoll_wait",
            "epoll_pwait2", "write to eventfd");
    /**
     * By which of them the loop waits, and whether it has to, depends on the time.
     */
    private static final Set<String> WAITS = Set.of("epoll_wait", "epoll_pwait2");
    /**
     * What waits is called as often as it takes; its later calls are like its earlier ones.
     */
    private static final int MOST_CALLS = 6;

    @TempDir
    private Path directory;
    private final List<Throwable> thrown = new ArrayList<>();

    @BeforeEach
    void startsWithFaultyCalls() throws IOException, InterruptedException {
        assertThat(FaultyCalls.isInstalled()).as("started with -Dio.sonic.ffi.interceptor").isTrue();
        assertThat(new ProcessBuilder("mkfifo", directory.resolve("fifo").toString()).start().waitFor()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void playsWithoutFaults(FaultScenario scenario) throws IOException {
        Outcome outcome = perform(scenario, null);

        assertThat(outcome.succeeded()).as(outcome.toString()).isTrue();
        assertThat(outcome.calls).containsKey("epoll_ctl");
    }

    @ParameterizedTest
    @EnumSource
    void repeatsWhatIsInterrupted(FaultScenario scenario) throws IOException {
        for (String function : callsOf(scenario)) {
            for (Outcome outcome : performEach(scenario, function, Errno.EINTR.number)) {
                if (TRANSFERS.contains(function) || INTERRUPTIBLE.contains(function)) {
                    assertThat(outcome.succeeded()).as(outcome.toString()).isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void waitsWhereThereIsNothingToDo(FaultScenario scenario) throws IOException {
        for (String function : callsOf(scenario)) {
            boolean ofARegularFile = scenario == FaultScenario.FILE;
            if (TRANSFERS.contains(function) && !ofARegularFile) {
                for (Outcome outcome : performEach(scenario, function, Errno.EAGAIN.number)) {
                    assertThat(outcome.succeeded()).as(outcome.toString()).isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void goesOnWhereACallWasShort(FaultScenario scenario) throws IOException {
        for (String function : callsOf(scenario)) {
            if (TRANSFERS.contains(function)) {
                for (Outcome outcome : performEach(scenario, function, FaultyCalls.SHORT)) {
                    assertThat(outcome.succeeded()).as(outcome.toString()).isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void reportsWhatIsRefused(FaultScenario scenario) throws IOException {
        for (String function : callsOf(scenario)) {
            // eventfd(2): a write can only be interrupted.
            if (function.equals("write to eventfd")) {
                continue;
            }
            for (Errno errno : REFUSALS) {
                for (Outcome outcome : performEach(scenario, function, errno.number)) {
                    if (TRANSFERS.contains(function)) {
                        assertThat(outcome.run.ledger.errnos()).as(outcome.toString()).contains(errno.number);
                    }
                }
            }
        }
    }

    @Test
    void waitsInMillisecondsWhereTheKernelDoesNotKnowNanoseconds() throws IOException {
        try (Reactor reactor = Reactor.open()) {
            assertThat(reactor.supports(Capability.NANOSECOND_WAITS)).isTrue();
            FaultyCalls.arm(new Fault("epoll_pwait2", 1, Errno.ENOSYS.number));
            List<Long> fired = new ArrayList<>();
            long start = System.nanoTime();
            new Timer(reactor).scheduleOnce(1_500_000, timer -> fired.add(System.nanoTime() - start));

            reactor.runPending();

            FaultyCalls.disarm();
            assertThat(fired).singleElement().satisfies(ns -> assertThat(ns).isGreaterThanOrEqualTo(1_500_000));
            assertThat(FaultyCalls.calls()).containsEntry("epoll_pwait2", 1).containsKey("epoll_wait");
            assertThat(reactor.supports(Capability.NANOSECOND_WAITS)).isFalse();
        }
    }

    @Test
    void goesOnWithTheOtherFamilyWhereTheHostLacksOne() throws IOException {
        Recorder recorder = new Recorder();
        try (Reactor reactor = Reactor.open();
                TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort())) {
            TcpStream stream = TcpStream.open(reactor);
            // ::1 comes first.
            FaultyCalls.arm(new Fault("socket", 1, Errno.EAFNOSUPPORT.number));
            stream.asyncConnect(InetSocketAddress.createUnresolved(
                    TestNames.BOTH_FAMILIES, listener.localAddress().getPort()), 0, recorder.connect);
            Await.until(reactor, () -> recorder.count() == 1);
            assertThat(FaultyCalls.disarm()).isTrue();
            assertThat(recorder.events).containsExactly(new Recorder.Connected(IoStatus.OK));
            assertThat(stream.remoteAddress()).isEqualTo(listener.localAddress());

            FaultyCalls.arm(new Fault("socket", 1, Errno.EAFNOSUPPORT.number));
            TcpStream only = TcpStream.open(reactor);
            only.asyncConnect(Loopback.IPV6.port(1), 0, recorder.connect);
            Await.until(reactor, () -> recorder.count() == 2);
            FaultyCalls.disarm();
            assertThat(recorder.events.getLast()).isEqualTo(new Recorder.Connected(IoStatus.FAILED));
            assertThat(only.failure()).hasMessageEndingWith(
                    "Address family not supported by protocol (EAFNOSUPPORT)");
        }
    }

    /**
     * The functions that a scenario calls when all goes well.
     */
    private Set<String> callsOf(FaultScenario scenario) throws IOException {
        return perform(scenario, null).calls.keySet();
    }

    /**
     * Performs a scenario with a fault in the first call of a function, then the second, until there are no more.
     */
    private List<Outcome> performEach(FaultScenario scenario, String function, int how) throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        boolean reached = true;
        for (int nth = 1; reached && nth <= MOST_CALLS; nth++) {
            Outcome outcome = perform(scenario, new Fault(function, nth, how));
            outcomes.add(outcome);
            reached = outcome.reached;
        }
        if (reached) {
            return outcomes;
        }
        Outcome withoutFault = outcomes.removeLast();
        assertThat(withoutFault.succeeded()).as(withoutFault.toString()).isTrue();
        if (!WAITS.contains(function)) {
            assertThat(outcomes).as("calls of " + function).isNotEmpty();
        }
        return outcomes;
    }

    private Outcome perform(FaultScenario scenario, Fault fault) throws IOException {
        long before = Descriptors.count(directory);
        FaultyCalls.arm(fault);
        Reactor reactor;
        try {
            reactor = Reactor.open(new Reactor.Context().errorHandler(thrown::add));
        } catch (IOException e) {
            boolean reached = FaultyCalls.disarm();
            assertThat(Descriptors.count(directory)).as("descriptors after " + fault).isEqualTo(before);
            assertThat(e).as("without a fault").hasMessageContaining(Errno.describe(fault.how()));
            return new Outcome(fault, reached, null, FaultyCalls.calls());
        }
        FaultScenario.Run run = new FaultScenario.Run(reactor, directory);
        run.perform(scenario);
        Outcome outcome = new Outcome(fault, FaultyCalls.disarm(), run, FaultyCalls.calls());
        goesOn(reactor, outcome);
        reactor.close();
        assertThat(thrown).as(outcome.toString()).isEmpty();
        assertThat(run.ledger.unfinished()).as(outcome.toString()).isEmpty();
        assertThat(Descriptors.count(directory)).as("descriptors after " + outcome).isEqualTo(before);
        return outcome;
    }

    /**
     * Has the reactor do something else.
     */
    private static void goesOn(Reactor reactor, Outcome outcome) throws IOException {
        try {
            TcpPair pair = TcpPair.connect(reactor);
            List<Integer> lengths = new ArrayList<>();
            pair.server().asyncReadAll(Buffers.allocate(3), 0, 3, (status, length) -> lengths.add(length));
            pair.client().asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
            Await.until(reactor, () -> lengths.equals(List.of(3)));
        } catch (AssertionError e) {
            throw new AssertionError("the reactor does not go on after " + outcome, e);
        }
    }

    /**
     * How a scenario went.
     *
     * @param run null when the reactor could not be opened.
     */
    private record Outcome(Fault fault, boolean reached, FaultScenario.Run run, Map<String, Integer> calls) {
        boolean succeeded() {
            return run != null && run.succeeded();
        }

        @Override
        public String toString() {
            return fault + (run == null ? ": no reactor" : ", refusal: " + run.refusal + ", " + run.ledger);
        }
    }
}
