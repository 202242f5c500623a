package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.sonic.Recorder.Called;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * What other threads, and handlers, ask the loop to run.
 */
final class PostTest extends ReactorTest {
    private static final int THREADS = 4;
    private static final int POSTS = 100_000;

    @Test
    void losesNothingAndKeepsTheOrderOfEachThread() throws Exception {
        int[] next = new int[THREADS];
        List<String> disorder = new ArrayList<>();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int number = thread;
            threads.add(new Thread(() -> {
                awaitStart(start);
                for (int i = 0; i < POSTS; i++) {
                    int position = i;
                    reactor.post(() -> {
                        if (next[number]++ != position) {
                            disorder.add(number + ": " + position);
                        }
                        if (next[0] + next[1] + next[2] + next[3] == THREADS * POSTS) {
                            reactor.stop();
                        }
                    });
                }
            }));
        }
        threads.forEach(Thread::start);
        start.countDown();

        // Sleeps in the kernel whenever it is faster than they are: each wake-up counts.
        reactor.run();

        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(next).containsOnly(POSTS);
        assertThat(disorder).isEmpty();
        assertThat(reactor.posted()).isZero();
    }

    @Test
    void wakesARunThatIsBlocked() throws Exception {
        for (int round = 0; round < 1_000; round++) {
            Thread poster = new Thread(() -> reactor.post(reactor::stop));
            poster.start();
            reactor.run();
            poster.join();
        }
    }

    @Test
    void answersBackAndForthBetweenTwoReactorsThatSleep() throws Exception {
        Reactor other = open(context().name("other"));
        Thread thread = new Thread(other::run, "other");
        thread.start();
        int[] turns = new int[1];
        Runnable[] ping = new Runnable[1];
        Runnable pong = () -> reactor.post(ping[0]);
        ping[0] = () -> {
            if (turns[0]++ < 5_000) {
                other.post(pong);
            } else {
                reactor.stop();
            }
        };
        reactor.post(ping[0]);

        reactor.run();

        other.stop();
        thread.join();
        assertThat(turns[0]).isEqualTo(5_001);
    }

    @Test
    void runsWhatAPostPostsInTheNextTurn() {
        reactor.post(() -> {
            recorder.post("first").run();
            reactor.post(recorder.post("third"));
            assertThat(reactor.posted()).isEqualTo(2);
        });
        reactor.post(recorder.post("second"));
        assertThat(reactor.posted()).isEqualTo(2);

        assertThat(reactor.poll()).isEqualTo(2);
        assertThat(recorder.events).containsExactly(new Called("first"), new Called("second"));
        assertThat(reactor.posted()).isEqualTo(1);
        assertThat(reactor.pending()).isEqualTo(1);

        assertThat(reactor.poll()).isEqualTo(1);
        assertThat(recorder.events.getLast()).isEqualTo(new Called("third"));
        assertThat(reactor.posted()).isZero();
    }

    @Test
    void countsWhatIsPostedUntilItBegins() {
        for (int i = 0; i < 1_000; i++) {
            reactor.post(() -> recorder.events.add(reactor.posted()));
        }
        assertThat(reactor.posted()).isEqualTo(1_000);
        assertThat(reactor.pending()).isEqualTo(1_000);
        assertThat(reactor.runOne()).isEqualTo(1);
        assertThat(reactor.posted()).isEqualTo(999);

        reactor.poll();

        assertThat(recorder.events).hasSize(1_000);
        assertThat(recorder.events.getFirst()).isEqualTo(999);
        assertThat(recorder.events.getLast()).isEqualTo(0);
    }

    @Test
    void keepsTheOrderWhenItIsRunOneByOneAndPostedInBetween() {
        for (int i = 0; i < 300; i++) {
            reactor.post(recorder.post("post " + 2 * i));
            reactor.post(recorder.post("post " + (2 * i + 1)));
            assertThat(reactor.pollOne()).isEqualTo(1);
        }
        while (reactor.pollOne() == 1) {
            continue;
        }
        assertThat(recorder.events).hasSize(600);
        for (int i = 0; i < 600; i++) {
            assertThat(recorder.events.get(i)).isEqualTo(new Called("post " + i));
        }
    }

    @Test
    void runsInCloseWhatWasPostedBefore() {
        reactor.post(() -> {
            recorder.post("first").run();
            assertThat(reactor.isOpen()).isTrue();
            assertThatIllegalStateException().isThrownBy(() -> reactor.post(recorder.post("none")));
        });
        reactor.post(recorder.post("second"));

        reactor.close();

        assertThat(recorder.events).containsExactly(new Called("first"), new Called("second"));
        assertThat(reactor.posted()).isZero();
    }

    @Test
    void isRefusedAfterClose() {
        reactor.close();

        assertThatIllegalStateException().isThrownBy(() -> reactor.post(recorder.post("none")))
                .withMessage("the reactor is closed");
        reactor.stop();
        assertThat(reactor.posted()).isZero();
        assertThat(recorder.events).isEmpty();
    }

    @Test
    void runsOrRefusesEachPostThatMeetsAClose() throws Exception {
        for (int round = 0; round < 200; round++) {
            Reactor closing = Reactor.open(context());
            int[] accepted = new int[1];
            int[] ran = new int[1];
            CountDownLatch posting = new CountDownLatch(1);
            Thread poster = new Thread(() -> {
                try {
                    while (true) {
                        closing.post(() -> ran[0]++);
                        accepted[0]++;
                        posting.countDown();
                    }
                } catch (IllegalStateException refused) {
                    return;
                }
            });
            poster.start();
            posting.await();
            closing.close();
            poster.join();
            assertThat(ran[0]).isEqualTo(accepted[0]);
        }
    }

    @Test
    void refusesNothingAsATask() {
        assertThatNullPointerException().isThrownBy(() -> reactor.post(null)).withMessage("task");
        assertThat(reactor.posted()).isZero();
    }

    private static void awaitStart(CountDownLatch start) {
        try {
            start.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
