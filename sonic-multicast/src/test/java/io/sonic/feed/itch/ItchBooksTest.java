package io.sonic.feed.itch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class ItchBooksTest {
    private static final byte BUY = ItchMessage.BUY;
    private static final byte SELL = ItchMessage.SELL;

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
    private final ItchBooks books = new ItchBooks(16);

    @Test
    void readsAnOrderAsTheSpecificationLaysItOut() {
        byte[] message = HexFormat.of().parseHex("41" + "0007" + "0002" + "0102030405ff" + "00000000000000aa"
                + "42" + "00000064" + "5445535420202020" + "0012d687");
        buffer.putBytes(0, message);

        assertThat(books.onMessage(buffer, 0, message.length)).isTrue();

        assertThat(ItchMessage.timestampNs(buffer, 0)).isEqualTo(0x0102030405FFL);
        assertThat(books.name(7)).isEqualTo("TEST");
        assertThat(books.price(7, BUY, 0)).isEqualTo(1_234_567);
        assertThat(books.shares(7, BUY, 0)).isEqualTo(100);
        assertThat(books.levels(7, SELL)).isZero();
    }

    @Test
    void writesWhatItReads() {
        int length = ItchEncoder.addOrder(buffer, 0, 7, 0x0102030405FFL, 0xAA, BUY, 100, "TEST", 1_234_567);
        byte[] written = new byte[length];
        buffer.getBytes(0, written);

        assertThat(HexFormat.of().formatHex(written)).isEqualTo("41" + "0007" + "0000" + "0102030405ff"
                + "00000000000000aa" + "42" + "00000064" + "5445535420202020" + "0012d687");
    }

    @Test
    void keepsTheBestPriceThroughEveryKindOfChange() {
        add(1, BUY, 100, 10_000);
        add(2, BUY, 50, 10_100);
        add(3, SELL, 70, 10_300);
        assertThat(top()).isEqualTo("50@10100 70@10300");

        apply(ItchEncoder.orderExecuted(buffer, 0, 1, 0, 2, 20, 1));
        assertThat(top()).isEqualTo("30@10100 70@10300");
        apply(ItchEncoder.orderCancel(buffer, 0, 1, 0, 2, 30));
        assertThat(top()).isEqualTo("100@10000 70@10300");
        apply(ItchEncoder.orderReplace(buffer, 0, 1, 0, 3, 4, 40, 10_200));
        assertThat(top()).isEqualTo("100@10000 40@10200");
        apply(ItchEncoder.orderDelete(buffer, 0, 1, 0, 1));
        assertThat(top()).isEqualTo("0@0 40@10200");
        assertThat(books.orders()).isEqualTo(1);
        assertThat(books.unknownOrders()).isZero();
        books.clear();
        assertThat(top()).isEqualTo("0@0 0@0");
        assertThat(books.name(1)).isEqualTo("TEST");
    }

    @Test
    void countsWhatNamesAnOrderThatIsNotThere() {
        add(1, BUY, 100, 10_000);
        apply(ItchEncoder.orderDelete(buffer, 0, 1, 0, 9));
        apply(ItchEncoder.orderCancel(buffer, 0, 1, 0, 9, 1));
        apply(ItchEncoder.orderReplace(buffer, 0, 1, 0, 9, 10, 1, 1));
        apply(ItchEncoder.orderExecuted(buffer, 0, 1, 0, 9, 1, 1));

        assertThat(books.unknownOrders()).isEqualTo(4);
        assertThat(top()).isEqualTo("100@10000 0@0");
        apply(ItchEncoder.orderExecuted(buffer, 0, 1, 0, 1, 101, 1));
        assertThat(books.unknownOrders()).isEqualTo(5);
        assertThat(top()).isEqualTo("0@0 0@0");
    }

    @Test
    void refusesMessagesOfNoTypeAndOfWrongLength() {
        int length = ItchEncoder.addOrder(buffer, 0, 1, 0, 1, BUY, 100, "TEST", 1);
        assertThat(books.onMessage(buffer, 0, length - 1)).isFalse();
        assertThat(books.onMessage(buffer, 0, length + 1)).isFalse();
        assertThat(books.onMessage(buffer, 0, 0)).isFalse();
        buffer.putByte(0, (byte) 'z');
        assertThat(books.onMessage(buffer, 0, length)).isFalse();

        assertThat(books.malformed()).isEqualTo(4);
        assertThat(books.orders()).isZero();
        assertThatThrownBy(() -> ItchEncoder.stockDirectory(buffer, 0, 1, 0, "TOOLONGNAME"))
                .hasMessage("a stock has up to 8 characters: 'TOOLONGNAME'");
    }

    @Test
    void agreesWithASimpleBookOverRandomOrders() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        TreeMap<Long, int[]> open = new TreeMap<>(); // side, shares, price
        for (long reference = 1; reference <= 20_000; reference++) {
            if (open.isEmpty() || random.nextInt(5) < 3) {
                int[] order = {random.nextInt(2), 1 + random.nextInt(500), 9_900 + random.nextInt(200)};
                open.put(reference, order);
                add(reference, order[0] == 0 ? BUY : SELL, order[1], order[2]);
            } else {
                Long above = open.ceilingKey(1 + random.nextLong(reference));
                long other = above == null ? open.firstKey() : above;
                int[] order = open.get(other);
                if (random.nextBoolean() && order[1] > 1) {
                    int less = 1 + random.nextInt(order[1] - 1);
                    order[1] -= less;
                    apply(ItchEncoder.orderCancel(buffer, 0, 1, 0, other, less));
                } else {
                    open.remove(other);
                    apply(ItchEncoder.orderDelete(buffer, 0, 1, 0, other));
                }
            }
            if (reference % 100 == 0) {
                assertThat(top()).as("seed %d", seed).isEqualTo(top(open));
            }
        }
        assertThat(books.orders()).isEqualTo(open.size());
        assertThat(books.unknownOrders()).isZero();
    }

    private static String top(Map<Long, int[]> open) {
        int bid = open.values().stream().filter(o -> o[0] == 0).mapToInt(o -> o[2]).max().orElse(0);
        int ask = open.values().stream().filter(o -> o[0] == 1).mapToInt(o -> o[2]).min().orElse(0);
        int bidShares = open.values().stream().filter(o -> o[0] == 0 && o[2] == bid).mapToInt(o -> o[1]).sum();
        int askShares = open.values().stream().filter(o -> o[0] == 1 && o[2] == ask).mapToInt(o -> o[1]).sum();
        return bidShares + "@" + bid + " " + askShares + "@" + ask;
    }

    private void add(long reference, byte side, int shares, int price) {
        apply(ItchEncoder.addOrder(buffer, 0, 1, 0, reference, side, shares, "TEST", price));
    }

    private void apply(int length) {
        assertThat(books.onMessage(buffer, 0, length)).isTrue();
    }

    private String top() {
        return books.shares(1, BUY, 0) + "@" + books.price(1, BUY, 0) + " "
                + books.shares(1, SELL, 0) + "@" + books.price(1, SELL, 0);
    }
}
