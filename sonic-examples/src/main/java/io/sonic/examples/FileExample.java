package io.sonic.examples;

import io.sonic.FileStream;
import io.sonic.IoStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How a file is written and read, with handlers or without. */
@Command(name = "file", description = "Writes a text to a file, goes back to its beginning, and reads it.")
final class FileExample extends ReactorCommand {

    private static final String LOST = " does not keep what is written to it";

    @Option(names = "--path", paramLabel = "F", required = true, order = 1,
            description = "The file; what is in it is overwritten.")
    private Path path;

    @Option(names = "--text", paramLabel = "T", defaultValue = "hello, sonic!", order = 2,
            description = "What to write, \"${DEFAULT-VALUE}\" by default.")
    private String text;

    @Option(names = "--sync", order = 3, description = "Calls tryWrite and tryRead, which do not wait, in place of"
            + " asyncWriteAll and asyncReadAll.")
    private boolean sync;

    @Override
    void checkOptions() {
        if (text.isEmpty()) {
            throw wrongOption("--text must not be empty");
        }
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        FileStream file = FileStream.open(loop.reactor(), path, StandardOpenOption.READ, StandardOpenOption.WRITE,
                StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
        UnsafeBuffer written = Memory.of(text);
        UnsafeBuffer read = Memory.allocate(written.capacity());
        if (sync) {
            report("wrote", result(file, file.tryWrite(written, 0, written.capacity())), written);
            file.position(0);
            report("read", result(file, file.tryRead(read, 0, read.capacity())), read);
        } else {
            file.asyncWriteAll(written, 0, written.capacity(), (status, length) -> {
                if (status == IoStatus.OK) {
                    report("wrote", length, written);
                    readBack(loop, file, read);
                } else {
                    loop.fail(file.failure().getMessage());
                }
            });
            loop.run();
        }
    }

    private void readBack(ReactorLoop loop, FileStream file, UnsafeBuffer read) {
        try {
            file.position(0);
        } catch (IOException notRegular) {
            loop.fail(notRegular.getMessage());
            return;
        }
        file.asyncReadAll(read, 0, read.capacity(), (status, length) -> {
            if (status == IoStatus.OK) {
                report("read", length, read);
                loop.end();
            } else {
                loop.fail(status == IoStatus.FAILED ? file.failure().getMessage() : path + LOST);
            }
        });
    }

    private int result(FileStream file, int result) throws IOException {
        if (result == IoStatus.FAILED.code()) {
            throw file.failure();
        }
        if (result < 0) {
            throw new CommandFailure(path + LOST);
        }
        return result;
    }

    private void report(String what, int length, UnsafeBuffer buffer) {
        byte[] bytes = new byte[length];
        buffer.getBytes(0, bytes);
        print(what + " " + length + " bytes: " + new String(bytes, StandardCharsets.UTF_8));
    }
}
