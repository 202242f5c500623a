package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The flight recorder's event of a handler that took too long.
 */
final class SlowHandlerEventTest extends ReactorTest {
    private static final long THRESHOLD_NS = 20_000_000;

    @TempDir
    private Path directory;

    @Test
    void namesTheSlowHandlersAndNoOther() throws IOException {
        Reactor measuring = open(context().slowHandlerThresholdNs(THRESHOLD_NS).name("measuring"));
        Runnable slowPost = () -> spin(THRESHOLD_NS);
        TimerHandler slowTimer = timer -> spin(2 * THRESHOLD_NS);
        TcpPair pair = TcpPair.connect(measuring);
        List<RecordedEvent> events = record(() -> {
            measuring.post(slowPost);
            measuring.poll();
            new Timer(measuring).scheduleOnce(1, slowTimer);
            measuring.runPending();
            pair.server().asyncRead(Buffers.allocate(8), 0, 8, (status, length) -> {
                recorder.read.onRead(status, length);
                spin(THRESHOLD_NS);
            });
            pair.client().asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
            Await.until(measuring, () -> recorder.count() == 1);
        });
        // A busy machine may make others slow too.
        List<RecordedEvent> expected = events.stream().filter(event -> isOf(event, slowPost.toString())
                || isOf(event, slowTimer.toString()) || isOf(event, "read of " + pair.server())).toList();

        assertThat(expected).extracting(event -> event.getString("handler"))
                .containsExactly(slowPost.toString(), slowTimer.toString(), "read of " + pair.server());
        assertThat(expected).allMatch(event -> event.getString("reactor").equals("measuring"));
        assertThat(expected).allMatch(event -> event.getDuration("time").toNanos() >= THRESHOLD_NS);
        assertThat(expected.get(1).getDuration("time").toNanos()).isGreaterThanOrEqualTo(2 * THRESHOLD_NS);
        assertThat(events).allMatch(event -> event.getDuration("time").toNanos() >= THRESHOLD_NS);
    }

    @Test
    void saysNothingWithoutAThreshold() throws IOException {
        List<RecordedEvent> events = record(() -> {
            reactor.post(() -> spin(THRESHOLD_NS));
            reactor.poll();
        });

        assertThat(events).isEmpty();
    }

    private static boolean isOf(RecordedEvent event, String handler) {
        return event.getString("handler").equals(handler);
    }

    private List<RecordedEvent> record(Runnable body) throws IOException {
        Path file = directory.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("io.sonic.SlowHandler");
            recording.start();
            body.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("io.sonic.SlowHandler")).toList();
    }

    private static void spin(long ns) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < ns) {
            Thread.onSpinWait();
        }
    }
}
