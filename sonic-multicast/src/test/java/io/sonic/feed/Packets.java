package io.sonic.feed;

import io.sonic.feed.mold.MoldFormat;
import io.sonic.feed.mold.MoldPacket;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.ErrorHandler;
import org.agrona.MutableDirectBuffer;

/**
 * An arbiter with lines, packets for it, and what came of them. The content of each message is its number.
 */
final class Packets implements FeedHandler {
    final List<String> events = new ArrayList<>();
    final List<Throwable> errors = new ArrayList<>();
    final Arbiter arbiter;
    long nowNs = 1_000;
    private final int[] slots;
    private int recoverySlot = -1;

    Packets(Arbiter.Context context, int lines) {
        ErrorHandler onError = errors::add;
        arbiter = new Arbiter(context, this, onError);
        slots = new int[lines];
        for (int i = 0; i < lines; i++) {
            arbiter.addLine(nowNs);
            slots[i] = arbiter.claim();
        }
    }

    static Arbiter.Context mold() {
        return new Arbiter.Context(new MoldFormat());
    }

    static int putMold(MutableDirectBuffer buffer, int offset, String session, long first, int count) {
        MoldPacket.putHeader(buffer, offset, MoldPacket.sessionHigh(session), MoldPacket.sessionLow(session), first,
                count);
        int at = offset + MoldPacket.HEADER_LENGTH;
        int messages = count == MoldPacket.END_OF_SESSION ? 0 : count;
        for (long number = first; number < first + messages; number++) {
            int padding = (int) (number % 5);
            buffer.putShort(at, (short) (Long.BYTES + padding), ByteOrder.BIG_ENDIAN);
            buffer.putLong(at + 2, number);
            at += 2 + Long.BYTES + padding;
        }
        return at - offset;
    }

    /** Gives a packet of messages to the arbiter. */
    void mold(int line, String session, long first, int count) {
        int length = putMold(arbiter.buffer(), arbiter.offset(slots[line]), session, first, count);
        give(line, length);
    }

    void mold(int line, long first, int count) {
        mold(line, "SESSION001", first, count);
    }

    void recovered(long first, int count) {
        if (recoverySlot < 0) {
            recoverySlot = arbiter.claim();
        }
        int length = putMold(arbiter.buffer(), arbiter.offset(recoverySlot), "SESSION001", first, count);
        recoverySlot = arbiter.onRecoveredPacket(recoverySlot, length, nowNs);
    }

    /** Gives a packet of 32 bits of a number. */
    void numbered(int line, long number) {
        arbiter.buffer().putInt(arbiter.offset(slots[line]), (int) number, ByteOrder.LITTLE_ENDIAN);
        arbiter.buffer().putLong(arbiter.offset(slots[line]) + 12, number);
        give(line, 20);
    }

    void give(int line, int length) {
        slots[line] = arbiter.onPacket(line, slots[line], length, nowNs, nowNs);
    }

    MutableDirectBuffer buffer() {
        return arbiter.buffer();
    }

    int offset(int line) {
        return arbiter.offset(slots[line]);
    }

    /** Lets time pass, and what is due happen. */
    void pass(long ns) {
        long end = nowNs + ns;
        while (arbiter.nextDeadlineNs() <= end) {
            nowNs = Math.max(nowNs, arbiter.nextDeadlineNs());
            arbiter.onTime(nowNs);
        }
        nowNs = end;
    }

    List<String> take() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    @Override
    public void onMessage(long sequence, DirectBuffer buffer, int offset, int length) {
        long content = buffer.getLong(offset);
        events.add(content == sequence ? Long.toString(sequence) : sequence + " has the content " + content);
    }

    @Override
    public void onGap(long first, long last) {
        events.add("gap " + first + "-" + last);
    }

    @Override
    public void onLost(long first, long last) {
        events.add("lost " + first + "-" + last);
    }

    @Override
    public void onSession(long expected) {
        events.add("session " + expected);
    }

    @Override
    public void onEndOfSession(long next) {
        events.add("end " + next);
    }

    @Override
    public void onLineSilent(int line) {
        events.add("silent " + line);
    }

    @Override
    public void onLineBack(int line) {
        events.add("back " + line);
    }
}
