package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Promise 8: no system call that is not needed.
 */
@Tag("epoll")
final class SystemCallTest extends ReactorTest {
    private static final Pattern CALL = Pattern.compile("(\\d+) +(\\w+)\\(.*");

    @TempDir
    private Path directory;

    /**
     * The kernel's own count: a turn is an epoll_wait that finds the message, a recv and a send, and nothing else.
     */
    @Test
    void turnsABusyPolledEchoWithThreeSystemCalls() throws Exception {
        assumeTrue(Programs.has("strace"), "strace is not installed");
        Path trace = directory.resolve("trace");
        ChildJvm child = ChildJvm.run(List.of("strace", "-f", "-qq", "-s", "64", "-o", trace.toString()), Map.of(),
                EchoTurns.class, ChildJvm.ADD_EXPORTS, ChildJvm.NATIVE_ACCESS);
        assumeTrue(!child.output().contains("PTRACE"), () -> "strace may not trace here: " + child.output());
        assertThat(child.status()).as(child.output()).isZero();

        Map<String, Integer> calls = callsBetweenTheMarks(trace);

        int polls = Integer.parseInt(child.output().trim());
        assertThat(calls.remove("recvfrom")).isEqualTo(EchoTurns.TURNS);
        assertThat(calls.remove("sendto")).isEqualTo(EchoTurns.TURNS);
        assertThat(calls.remove("epoll_wait")).isEqualTo(polls);
        // The JVM's own, for instance when it stops the thread to collect garbage.
        assertThat(calls.values().stream().mapToInt(Integer::intValue).sum()).as(calls.toString()).isLessThan(50);
    }

    @Test
    void registersADescriptorOnceForItsLife() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        reactor = watched(new Reactor(context(), backend));
        TcpPair pair = TcpPair.connect(reactor);
        assertThat(backend.calls("register")).isEqualTo(3);
        UnsafeBuffer buffer = Buffers.allocate(64);
        for (int i = 0; i < 100; i++) {
            int before = recorder.count();
            pair.server().asyncRead(buffer, 0, 8, recorder.read);
            pair.client().asyncWrite(buffer, 8, 8, recorder.write);
            await(() -> recorder.count() == before + 2);
            pair.server().asyncRead(buffer, 0, 8, recorder.read);
            pair.server().cancelRead();
        }
        assertThat(backend.calls("register")).isEqualTo(3);
    }

    @Test
    void doesNotAskTheSystemAboutWhatIsKnownNotToBeReady() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        reactor = watched(new Reactor(context(), backend));
        TcpPair pair = TcpPair.connect(reactor);
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        UnsafeBuffer buffer = Buffers.allocate(64);
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        socket.asyncReceive(buffer, 8, 8, recorder.receive);
        turn(10);
        backend.forget();

        turn(100);
        pair.server().cancelRead();
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        turn(100);

        assertThat(backend.callsOnSockets()).isZero();
        assertThat(backend.calls("await")).isEqualTo(200);
    }

    private static Map<String, Integer> callsBetweenTheMarks(Path trace) throws IOException {
        List<String> lines = Files.readAllLines(trace);
        int begin = find(lines, 0, EchoTurns.BEGIN);
        int end = find(lines, begin, EchoTurns.END);
        String thread = lines.get(begin).split(" ")[0];
        Map<String, Integer> calls = new TreeMap<>();
        for (String line : lines.subList(begin + 1, end)) {
            Matcher call = CALL.matcher(line);
            if (call.matches() && call.group(1).equals(thread)) {
                calls.merge(call.group(2), 1, Integer::sum);
            }
        }
        return calls;
    }

    private static int find(List<String> lines, int from, String text) {
        for (int i = from; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                return i;
            }
        }
        throw new AssertionError("the trace has no " + text);
    }
}
