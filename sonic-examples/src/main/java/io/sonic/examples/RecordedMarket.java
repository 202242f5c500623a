package io.sonic.examples;

import java.nio.file.Path;
import org.agrona.DirectBuffer;

/** The messages of a recording, and those of its beginning again after its end. */
final class RecordedMarket implements MarketSource {

    private final Path file;
    private final QuoteScanner scanner = new QuoteScanner();
    private final Quote quote = new Quote();
    private Capture capture;
    private boolean isQuote;

    private RecordedMarket(Path file) throws CommandFailure {
        this.file = file;
        capture = Capture.open(file);
    }

    static RecordedMarket open(Path file) throws CommandFailure {
        Capture.check(file);
        return new RecordedMarket(file);
    }

    @Override
    public void next(long number) throws CommandFailure {
        if (!capture.next()) {
            capture.close();
            capture = Capture.open(file);
            if (!capture.next()) {
                throw new CommandFailure(file + ": became empty while it was served");
            }
        }
        isQuote = scanner.scan(capture.buffer(), capture.offset(), capture.length(), quote);
    }

    @Override
    public DirectBuffer buffer() {
        return capture.buffer();
    }

    @Override
    public int offset() {
        return capture.offset();
    }

    @Override
    public int length() {
        return capture.length();
    }

    @Override
    public Quote quote() {
        return quote;
    }

    @Override
    public boolean isQuote() {
        return isQuote;
    }

    @Override
    public void close() {
        capture.close();
    }
}
