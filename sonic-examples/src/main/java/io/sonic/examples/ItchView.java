package io.sonic.examples;

import io.sonic.feed.itch.ItchBooks;
import io.sonic.feed.itch.ItchMessage;
import java.math.BigDecimal;
import org.agrona.DirectBuffer;

/** The books of an ITCH feed. */
final class ItchView implements FeedView {

    private static final int DECIMALS = 4;
    private static final int LOCATES = 65_536;

    private final ItchBooks books = new ItchBooks(1 << 16);
    private boolean stale;

    @Override
    public void onMessage(DirectBuffer buffer, int offset, int length) {
        books.onMessage(buffer, offset, length);
    }

    @Override
    public void onLost() {
        stale = true;
    }

    @Override
    public void appendTop(StringBuilder text) {
        int shown = 0;
        for (int locate = 0; locate < LOCATES && shown < SHOWN; locate++) {
            if (books.name(locate) != null) {
                shown++;
                text.append(" | ").append(books.name(locate)).append(' ');
                side(text, locate, ItchMessage.BUY);
                text.append(" / ");
                side(text, locate, ItchMessage.SELL);
            }
        }
        if (stale) {
            text.append(" | not true any more: messages are lost");
        }
    }

    @Override
    public long unreadable() {
        return books.malformed();
    }

    private void side(StringBuilder text, int locate, byte side) {
        if (books.levels(locate, side) == 0) {
            text.append('-');
        } else {
            text.append(books.shares(locate, side, 0)).append('@')
                    .append(BigDecimal.valueOf(books.price(locate, side, 0), DECIMALS).toPlainString());
        }
    }
}
