package io.sonic.examples;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads a recording of a websocket, plain or compressed by gzip, one message at a time.
 *
 * <p>Each line is {@code TIME: MESSAGE}, the time in seconds with a fraction. Lines with {@code <-} or {@code <->}
 * behind something that is no time are headers and are skipped, as empty lines are.
 *
 * <p>Holds one piece of the file, or the longest line if that is more; a line has {@value #MAX_LINE} bytes at most.
 */
final class Capture implements AutoCloseable {

    private static final int MAX_LINE = 16 * 1024 * 1024;
    private static final int PIECE = 64 * 1024;
    private static final int GZIP_MAGIC = 0x1F8B;
    private static final int FRACTION_DIGITS = 9;

    private final Path path;
    private final InputStream in;
    private final UnsafeBuffer view = new UnsafeBuffer();
    private byte[] bytes = new byte[PIECE];
    private int begin;
    private int end;
    private boolean ended;
    private long line;
    private long timeNs;
    private int offset;
    private int length;

    private Capture(Path path, InputStream in) {
        this.path = path;
        this.in = in;
        view.wrap(bytes);
    }

    static Capture open(Path path) throws CommandFailure {
        try {
            InputStream file = new BufferedInputStream(Files.newInputStream(path), PIECE);
            try {
                return new Capture(path, isGzip(file) ? new GZIPInputStream(file, PIECE) : file);
            } catch (IOException e) {
                file.close();
                throw e;
            }
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    /**
     * Reads all of a file.
     *
     * @return the number of messages, at least 1.
     * @throws CommandFailure that names the file, and the line, when it is no recording.
     */
    static long check(Path path) throws CommandFailure {
        long messages = 0;
        try (Capture capture = open(path)) {
            while (capture.next()) {
                capture.checkText();
                messages++;
            }
        }
        if (messages == 0) {
            throw new CommandFailure(path + ": no line is TIME: MESSAGE");
        }
        return messages;
    }

    /**
     * Goes on to the next message.
     *
     * @return false at the end of the file.
     */
    boolean next() throws CommandFailure {
        while (nextLine()) {
            if (parseMessage()) {
                return true;
            }
            if (length > 0 && !isHeader()) {
                throw new CommandFailure(path + ", line " + line + ": neither TIME: MESSAGE nor a header");
            }
        }
        return false;
    }

    /** When the message was recorded, in nanoseconds since 1970. */
    long timeNs() {
        return timeNs;
    }

    /** Holds the message until the next call of {@link #next()}. */
    DirectBuffer buffer() {
        return view;
    }

    int offset() {
        return offset;
    }

    int length() {
        return length;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            // Nothing was written: there is nothing to lose.
            ended = true;
        }
    }

    /** Finds the next line; {@code offset} and {@code length} are then the whole line, without its end. */
    private boolean nextLine() throws CommandFailure {
        int scanned = begin;
        while (true) {
            while (scanned < end && bytes[scanned] != '\n') {
                scanned++;
            }
            if (scanned < end || ended && begin < end) {
                offset = begin;
                length = scanned - begin;
                begin = Math.min(scanned + 1, end);
                line++;
                return true;
            }
            if (ended) {
                return false;
            }
            scanned -= begin;
            fill();
        }
    }

    /** Moves the beginning of a line to the front, and reads more of it. */
    private void fill() throws CommandFailure {
        System.arraycopy(bytes, begin, bytes, 0, end - begin);
        end -= begin;
        begin = 0;
        if (end == bytes.length) {
            if (end >= MAX_LINE) {
                throw new CommandFailure(path + ", line " + (line + 1) + ": longer than " + MAX_LINE + " bytes");
            }
            bytes = Arrays.copyOf(bytes, 2 * end);
            view.wrap(bytes);
        }
        try {
            int read = in.read(bytes, end, bytes.length - end);
            ended = read < 0;
            end += Math.max(0, read);
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    /** Takes the time off the line, when there is one. */
    private boolean parseMessage() {
        int limit = offset + length;
        int i = offset;
        long seconds = 0;
        while (i < limit && isDigit(bytes[i])) {
            seconds = seconds * 10 + bytes[i++] - '0';
        }
        if (i == offset) {
            return false;
        }
        long fraction = 0;
        int digits = 0;
        if (i < limit && bytes[i] == '.') {
            for (i++; i < limit && isDigit(bytes[i]); i++) {
                if (digits < FRACTION_DIGITS) {
                    fraction = fraction * 10 + bytes[i] - '0';
                    digits++;
                }
            }
        }
        if (i + 1 >= limit || bytes[i] != ':' || bytes[i + 1] != ' ') {
            return false;
        }
        for (; digits < FRACTION_DIGITS; digits++) {
            fraction *= 10;
        }
        timeNs = seconds * 1_000_000_000L + fraction;
        offset = i + 2;
        length = limit - offset;
        return true;
    }

    private boolean isHeader() {
        for (int i = offset; i < offset + length - 1; i++) {
            if (bytes[i] == '<' && bytes[i + 1] == '-') {
                return true;
            }
        }
        return false;
    }

    private void checkText() throws CommandFailure {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length));
        } catch (CharacterCodingException e) {
            throw new CommandFailure(path + ", line " + line + ": the message is not UTF-8");
        }
    }

    private static boolean isGzip(InputStream file) throws IOException {
        file.mark(2);
        int magic = file.read() << 8 | file.read();
        file.reset();
        return magic == GZIP_MAGIC;
    }

    private static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }

    private static CommandFailure failure(Path path, IOException e) {
        return new CommandFailure(path + ": " + reason(e));
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "no such file";
            case AccessDeniedException denied -> "permission denied";
            case EOFException truncated -> "the compressed data ends too early";
            case ZipException damaged -> "the compressed data is damaged: " + damaged.getMessage();
            default -> e.getMessage();
        };
    }
}
