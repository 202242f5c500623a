package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The unix domain, FIFOs and terminals with another program at the other end: {@code socat(1)}.
 */
final class SocatTest extends ReactorTest {
    private static final int MUCH = 300_000;

    @TempDir
    private Path directory;
    private final List<Process> processes = new ArrayList<>();
    private final UnsafeBuffer out = Buffers.allocate(MUCH);
    private final UnsafeBuffer in = Buffers.allocate(MUCH);
    private Path path;

    @BeforeEach
    void findSocat() {
        boolean present;
        try {
            present = start("socat", "-V").waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            present = false;
        }
        assumeTrue(present, "socat is not installed");
        path = directory.resolve("path");
        Buffers.fill(out, 0, MUCH, 0);
    }

    @AfterEach
    void endProcesses() throws InterruptedException {
        for (Process process : processes) {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void echoesThroughAServer() throws IOException {
        start("socat", "UNIX-LISTEN:" + path, "PIPE");
        Await.until(() -> Files.exists(path));
        UnixStream stream = UnixStream.open(reactor);
        connect(stream);
        awaitEvents(1);
        stream.asyncReadAll(in, 0, MUCH, recorder.read);
        stream.asyncWriteAll(out, 0, MUCH, recorder.write);
        awaitEvents(3);
        stream.shutdownOutput();
        stream.asyncRead(out, 0, 8, recorder.read);
        awaitEvents(4);

        assertThat(recorder.events).containsExactlyInAnyOrder(new Recorder.Connected(IoStatus.OK),
                new Recorder.Written(IoStatus.OK, MUCH), new Recorder.Read(IoStatus.OK, MUCH),
                new Recorder.Read(IoStatus.END_OF_STREAM, 0));
        assertThat(Buffers.mismatch(in, 0, MUCH, 0)).isEqualTo(-1);
    }

    @Test
    void echoesToAClient() throws IOException, InterruptedException {
        UnixListener listener = UnixListener.open(reactor, UnixDomainSocketAddress.of(path));
        listener.asyncAccept((status, stream) -> echo(stream));
        Process client = start("socat", "-t", "10", "-", "UNIX-CONNECT:" + path);
        client.getOutputStream().write("hello socat\n".getBytes(StandardCharsets.UTF_8));
        client.getOutputStream().close();
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.END_OF_STREAM, 0));
        assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("hello socat\n");
        assertThat(client.waitFor()).isZero();
    }

    @Test
    @Tag("epoll")
    void echoesDatagrams() throws IOException {
        start("socat", "UNIX-RECVFROM:" + path, "PIPE");
        Await.until(() -> Files.exists(path));
        UnixDatagramSocket socket = UnixDatagramSocket.open(
                reactor, UnixDomainSocketAddress.of(directory.resolve("own")));
        List<String> received = new ArrayList<>();
        socket.asyncReceive(in, 0, 64, (status, length, source) ->
                received.add(status + " " + length + " from " + source));
        socket.asyncSend(out, 0, 50, new Endpoint().set(UnixDomainSocketAddress.of(path)), recorder.write);
        await(() -> !received.isEmpty());

        assertThat(received).containsExactly("OK 50 from " + path);
        assertThat(Buffers.mismatch(in, 0, 50, 0)).isEqualTo(-1);
    }

    @Test
    @Tag("epoll")
    void readsWhatIsWrittenToAFifo() throws IOException, InterruptedException {
        Path file = directory.resolve("file");
        byte[] content = new byte[MUCH];
        out.getBytes(0, content);
        Files.write(file, content);
        assertThat(start("mkfifo", path.toString()).waitFor()).isZero();
        FileStream fifo = FileStream.open(reactor, path);
        Process writer = start("socat", "-u", "OPEN:" + file, "OPEN:" + path + ",wronly");
        fifo.asyncReadAll(in, 0, MUCH, recorder.read);
        awaitEvents(1);
        fifo.asyncRead(out, 0, 8, recorder.read);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.OK, MUCH), new Recorder.Read(IoStatus.END_OF_STREAM, 0));
        assertThat(Buffers.mismatch(in, 0, MUCH, 0)).isEqualTo(-1);
        assertThat(writer.waitFor()).isZero();
    }

    @Test
    @Tag("epoll")
    void talksThroughATerminal() throws IOException {
        Process program = start("socat", "PTY,link=" + path + ",rawer", "EXEC:cat");
        Await.until(() -> Files.exists(path));
        FileStream terminal = FileStream.open(reactor, path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        terminal.asyncReadAll(in, 0, 20_000, recorder.read);
        terminal.asyncWriteAll(out, 0, 20_000, recorder.write);
        awaitEvents(2);
        assertThat(recorder.events).containsExactlyInAnyOrder(
                new Recorder.Written(IoStatus.OK, 20_000), new Recorder.Read(IoStatus.OK, 20_000));
        assertThat(Buffers.mismatch(in, 0, 20_000, 0)).isEqualTo(-1);

        terminal.asyncRead(in, 0, 8, recorder.read);
        turn(3);
        program.destroy();
        awaitEvents(3);
        // The kernel says the one or the other, as far as its hang-up has come.
        assertThat(recorder.events.getLast()).isIn(
                new Recorder.Read(IoStatus.END_OF_STREAM, 0), new Recorder.Read(IoStatus.FAILED, 0));
        assertThat(terminal.errno()).isIn(0, Errno.EIO.number);
    }

    /**
     * Connects; again when the path is there and nobody listens yet.
     */
    private void connect(UnixStream stream) {
        stream.asyncConnect(UnixDomainSocketAddress.of(path), 10_000_000_000L, status -> {
            if (stream.errno() == Errno.ECONNREFUSED.number) {
                reactor.post(() -> connect(stream));
            } else {
                recorder.connect.onConnect(status);
            }
        });
    }

    /**
     * Sends back what comes until the peer ends, and closes.
     */
    private void echo(UnixStream stream) {
        stream.asyncRead(in, 0, 64, (status, length) -> {
            if (status == IoStatus.OK) {
                stream.asyncWriteAll(in, 0, length, (written, l) -> echo(stream));
            } else {
                recorder.read.onRead(status, length);
                stream.close();
            }
        });
    }

    private Process start(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        processes.add(process);
        return process;
    }
}
