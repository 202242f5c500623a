package io.sonic.examples;

import io.sonic.examples.mdp.EntryType;
import io.sonic.examples.mdp.IncrementalRefreshEncoder;
import io.sonic.examples.mdp.MessageHeaderEncoder;
import io.sonic.examples.mdp.SecurityDefinitionEncoder;
import io.sonic.examples.mdp.UpdateAction;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.agrona.MutableDirectBuffer;

/**
 * Best prices of some instruments as SBE, at random: what the instruments are called first, then changes of their
 * prices. Each message is behind 2 bytes of its length, which counts them too.
 */
final class MdpMarket implements FeedSource {

    static final int SIZE_LENGTH = Short.BYTES;

    private static final String[] SYMBOLS = {"ESZ6", "NQZ6", "CLF7", "GCG7"};
    private static final long TICK = 250_000_000;
    private static final long PRICE = 1_000_000_000_000L;
    private static final int MAX_ENTRIES = 4;
    private static final int SPREAD_TICKS = 20;
    private static final int MAX_SIZE = 500;

    private final SplittableRandom random;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final SecurityDefinitionEncoder definition = new SecurityDefinitionEncoder();
    private final IncrementalRefreshEncoder refresh = new IncrementalRefreshEncoder();
    private int told;

    MdpMarket(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public int next(MutableDirectBuffer buffer, int offset) {
        int at = offset + SIZE_LENGTH;
        int encoded = told < SYMBOLS.length ? define(buffer, at) : change(buffer, at);
        int length = SIZE_LENGTH + MessageHeaderEncoder.ENCODED_LENGTH + encoded;
        buffer.putShort(offset, (short) length, ByteOrder.LITTLE_ENDIAN);
        return length;
    }

    private int define(MutableDirectBuffer buffer, int offset) {
        definition.wrapAndApplyHeader(buffer, offset, header).securityId(told + 1).symbol(SYMBOLS[told]);
        told++;
        return definition.encodedLength();
    }

    private int change(MutableDirectBuffer buffer, int offset) {
        int entries = 1 + random.nextInt(MAX_ENTRIES);
        IncrementalRefreshEncoder.EntriesEncoder entry = refresh.wrapAndApplyHeader(buffer, offset, header)
                .transactTime(System.currentTimeMillis() * 1_000_000).entriesCount(entries);
        for (int i = 0; i < entries; i++) {
            boolean bid = random.nextBoolean();
            int id = 1 + random.nextInt(SYMBOLS.length);
            long ticks = 1 + random.nextInt(SPREAD_TICKS);
            entry.next().price(PRICE * id + (bid ? -ticks : ticks) * TICK).size(1 + random.nextInt(MAX_SIZE))
                    .securityId(id).action(UpdateAction.CHANGE).entryType(bid ? EntryType.BID : EntryType.OFFER);
        }
        return refresh.encodedLength();
    }
}
