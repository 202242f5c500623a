package io.sonic.examples;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The best bid and ask of a symbol; one object is used again and again. Prices and sizes are {@link Decimal}s. */
final class Quote {

    /** Bytes of a symbol; a longer one is cut off, a shorter one ends with zeros. */
    static final int SYMBOL_LENGTH = 24;

    final UnsafeBuffer symbol = new UnsafeBuffer(new byte[SYMBOL_LENGTH]);
    long bidPrice;
    long bidSize;
    long askPrice;
    long askSize;

    /** Forgets everything. */
    void clear() {
        symbol.setMemory(0, SYMBOL_LENGTH, (byte) 0);
        bidPrice = Decimal.NOT_A_NUMBER;
        bidSize = 0;
        askPrice = Decimal.NOT_A_NUMBER;
        askSize = 0;
    }

    void symbol(DirectBuffer buffer, int offset, int length) {
        int kept = Math.min(length, SYMBOL_LENGTH);
        symbol.putBytes(0, buffer, offset, kept);
        symbol.setMemory(kept, SYMBOL_LENGTH - kept, (byte) 0);
    }

    /** Tells whether it has a symbol and both prices. */
    boolean isComplete() {
        return symbol.getByte(0) != 0 && bidPrice != Decimal.NOT_A_NUMBER && askPrice != Decimal.NOT_A_NUMBER;
    }

    static String symbolText(DirectBuffer buffer, int offset) {
        int length = 0;
        while (length < SYMBOL_LENGTH && buffer.getByte(offset + length) != 0) {
            length++;
        }
        byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Copies the symbol. */
    void putSymbol(MutableDirectBuffer buffer, int offset) {
        buffer.putBytes(offset, symbol, 0, SYMBOL_LENGTH);
    }
}
