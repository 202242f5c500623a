package io.sonic.examples.exchange;

/** The book of one instrument. */
public final class OrderBook {

    final BookSide bids = new BookSide(true);
    final BookSide asks = new BookSide(false);
    long sequence = BookUpdate.NONE;
    long trade = BookUpdate.NONE;
    /** Whether there was a snapshot, so that every level is known. */
    boolean whole;
    private final String symbol;

    OrderBook(String symbol) {
        this.symbol = symbol;
    }

    void clear() {
        bids.clear();
        asks.clear();
    }

    boolean isCrossed() {
        return bids.count() > 0 && asks.count() > 0 && bids.compareBest(asks) >= 0;
    }

    /** The book's name, its depth and its best levels. */
    @Override
    public String toString() {
        return symbol + ": " + bids.count() + " bids, " + asks.count() + " asks, best "
                + (bids.count() == 0 ? "-" : bids.size(0) + " at " + bids.price(0)) + " / "
                + (asks.count() == 0 ? "-" : asks.size(0) + " at " + asks.price(0));
    }
}
