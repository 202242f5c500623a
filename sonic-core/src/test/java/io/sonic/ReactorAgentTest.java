package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.CompositeAgent;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * The reactor as an Agrona agent.
 */
final class ReactorAgentTest extends ReactorTest {
    private final UnsafeBuffer buffer = Buffers.allocate(64);

    @Test
    void isDrivenByTheThreadOfAnAgentRunner() throws Exception {
        List<Throwable> errors = new ArrayList<>();
        AtomicReference<Thread> ranBy = new AtomicReference<>();
        CountDownLatch echoed = new CountDownLatch(1);
        AgentRunner runner = new AgentRunner(new BackoffIdleStrategy(), errors::add, null, reactor);
        Thread thread = AgentRunner.startOnThread(runner);

        reactor.post(() -> echo(ranBy, echoed));
        echoed.await();
        assertThat(ranBy.get()).isSameAs(thread);
        assertThat(thread.getName()).isEqualTo("sonic-reactor");
        runner.close();

        assertThat(errors).isEmpty();
        assertThat(reactor.isOpen()).isFalse();
        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.OK, 5));
    }

    @Test
    void sharesAThreadWithOtherAgents() throws Exception {
        Reactor other = open(context().name("other"));
        CompositeAgent both = new CompositeAgent(reactor, other);
        both.onStart();
        TcpPair first = TcpPair.connect(reactor);
        TcpPair second = TcpPair.connect(other);
        first.server().asyncRead(buffer, 0, 8, recorder.read);
        second.server().asyncRead(buffer, 8, 8, recorder.read);
        first.client().asyncWrite(buffer, 16, 3, (status, length) -> { });
        second.client().asyncWrite(buffer, 16, 4, (status, length) -> { });

        int work = 0;
        while (recorder.count() < 2) {
            work += both.doWork();
        }

        assertThat(work).isEqualTo(2);
        assertThat(recorder.events).containsExactlyInAnyOrder(
                new Recorder.Read(IoStatus.OK, 3), new Recorder.Read(IoStatus.OK, 4));
        both.onClose();
        assertThat(reactor.isOpen() || other.isOpen()).isFalse();
    }

    @Test
    void refusesTheThreadThatOpenedItWhileTheRunnerHasIt() throws Exception {
        List<Throwable> errors = new ArrayList<>();
        AgentRunner runner = new AgentRunner(new BackoffIdleStrategy(), errors::add, null, reactor);
        CountDownLatch started = new CountDownLatch(1);
        AgentRunner.startOnThread(runner);
        reactor.post(started::countDown);
        started.await();

        assertThatIllegalStateException().isThrownBy(() -> TcpStream.open(reactor))
                .withMessageContaining("belongs to thread 'sonic-reactor'");
        runner.close();
        assertThat(errors).isEmpty();
    }

    private void echo(AtomicReference<Thread> ranBy, CountDownLatch echoed) {
        try {
            TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
            TcpStream client = TcpStream.open(reactor);
            listener.asyncAccept((status, server) -> server.asyncRead(buffer, 0, 5, (read, length) ->
                    server.asyncWriteAll(buffer, 0, length, (written, count) -> { })));
            client.asyncConnect(listener.localAddress(), 0, status ->
                    client.asyncWriteAll(Buffers.of("hello"), 0, 5, (written, count) ->
                            client.asyncReadAll(buffer, 8, 5, (read, length) -> {
                                recorder.read.onRead(read, length);
                                ranBy.set(Thread.currentThread());
                                echoed.countDown();
                            })));
        } catch (IOException e) {
            thrown.add(e);
        }
    }
}
