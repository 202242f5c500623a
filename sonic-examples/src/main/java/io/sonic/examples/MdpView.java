package io.sonic.examples;

import io.sonic.examples.mdp.EntryType;
import io.sonic.examples.mdp.IncrementalRefreshDecoder;
import io.sonic.examples.mdp.MessageHeaderDecoder;
import io.sonic.examples.mdp.SecurityDefinitionDecoder;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/** The best prices of an SBE feed, decoded where the packets were received. */
final class MdpView implements FeedView {

    private static final int MAX_SECURITIES = 1024;
    private static final int DECIMALS = 9;
    private static final int UNSIGNED_SHORT = 0xFFFF;
    private static final int GROUP_HEADER_LENGTH = 3;

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final SecurityDefinitionDecoder definition = new SecurityDefinitionDecoder();
    private final IncrementalRefreshDecoder refresh = new IncrementalRefreshDecoder();
    private final String[] symbols = new String[MAX_SECURITIES];
    private final long[] bids = new long[MAX_SECURITIES];
    private final long[] offers = new long[MAX_SECURITIES];
    private final int[] bidSizes = new int[MAX_SECURITIES];
    private final int[] offerSizes = new int[MAX_SECURITIES];
    private long unreadable;

    /** Takes what is behind the header of a packet: messages, each behind its length. */
    @Override
    public void onMessage(DirectBuffer buffer, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            int size = end - at < MdpMarket.SIZE_LENGTH
                    ? 0 : buffer.getShort(at, ByteOrder.LITTLE_ENDIAN) & UNSIGNED_SHORT;
            if (size < MdpMarket.SIZE_LENGTH + MessageHeaderDecoder.ENCODED_LENGTH || size > end - at) {
                unreadable++;
                return;
            }
            message(buffer, at + MdpMarket.SIZE_LENGTH, at + size);
            at += size;
        }
    }

    private void message(DirectBuffer buffer, int offset, int end) {
        header.wrap(buffer, offset);
        int body = offset + MessageHeaderDecoder.ENCODED_LENGTH;
        int behindBlock = body + header.blockLength();
        if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID || behindBlock > end) {
            unreadable++;
        } else if (header.templateId() == SecurityDefinitionDecoder.TEMPLATE_ID
                && header.blockLength() >= SecurityDefinitionDecoder.BLOCK_LENGTH) {
            definition.wrap(buffer, body, header.blockLength(), header.version());
            define(definition.securityId());
        } else if (header.templateId() == IncrementalRefreshDecoder.TEMPLATE_ID
                && header.blockLength() >= IncrementalRefreshDecoder.BLOCK_LENGTH
                && groupFits(buffer, behindBlock, end)) {
            refresh.wrap(buffer, body, header.blockLength(), header.version());
            for (IncrementalRefreshDecoder.EntriesDecoder entry : refresh.entries()) {
                change(entry.securityId(), entry.entryType(), entry.price(), entry.size());
            }
        } else {
            unreadable++;
        }
    }

    /** Tells whether the entries are where the message is: the decoder would read on behind it. */
    private static boolean groupFits(DirectBuffer buffer, int offset, int end) {
        if (end - offset < GROUP_HEADER_LENGTH) {
            return false;
        }
        int entryLength = buffer.getShort(offset, ByteOrder.LITTLE_ENDIAN) & UNSIGNED_SHORT;
        int entries = buffer.getByte(offset + Short.BYTES) & 0xFF;
        return entryLength >= IncrementalRefreshDecoder.EntriesDecoder.sbeBlockLength()
                && offset + GROUP_HEADER_LENGTH + entries * entryLength <= end;
    }

    private void define(int id) {
        if (isKnown(id) && symbols[id] == null) {
            symbols[id] = definition.symbol();
        }
    }

    private void change(int id, EntryType type, long price, int size) {
        if (!isKnown(id)) {
            unreadable++;
        } else if (type == EntryType.BID) {
            bids[id] = price;
            bidSizes[id] = size;
        } else if (type == EntryType.OFFER) {
            offers[id] = price;
            offerSizes[id] = size;
        }
    }

    private static boolean isKnown(int id) {
        return id >= 0 && id < MAX_SECURITIES;
    }

    /** Prices replace each other: the next change of each mends what is shown. */
    @Override
    public void onLost() {
    }

    @Override
    public void appendTop(StringBuilder text) {
        int shown = 0;
        for (int id = 0; id < MAX_SECURITIES && shown < SHOWN; id++) {
            if (symbols[id] != null || bidSizes[id] > 0 || offerSizes[id] > 0) {
                shown++;
                text.append(" | ").append(symbols[id] == null ? "security " + id : symbols[id]).append(' ');
                side(text, bidSizes[id], bids[id]);
                text.append(" / ");
                side(text, offerSizes[id], offers[id]);
            }
        }
    }

    @Override
    public long unreadable() {
        return unreadable;
    }

    private static void side(StringBuilder text, int size, long price) {
        if (size == 0) {
            text.append('-');
        } else {
            text.append(size).append('@')
                    .append(BigDecimal.valueOf(price, DECIMALS).stripTrailingZeros().toPlainString());
        }
    }
}
