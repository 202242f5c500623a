package io.sonic;

import java.util.Arrays;

/**
 * The channels that a reactor tries directly, and how often it asks the system about the others meanwhile.
 */
final class HotChannels {
    private final int turns;
    private DescriptorChannel[] channels = new DescriptorChannel[4];
    private int count;
    private int turnsSinceAwait;

    /**
     * Creates an empty list.
     *
     * @param turns every so many turns the system is asked.
     */
    HotChannels(int turns) {
        this.turns = turns;
    }

    void add(DescriptorChannel channel) {
        if (count == channels.length) {
            channels = Arrays.copyOf(channels, count * 2);
        }
        channels[count++] = channel;
    }

    void remove(DescriptorChannel channel) {
        int index = 0;
        while (channels[index] != channel) {
            index++;
        }
        channels[index] = channels[--count];
        channels[count] = null;
    }

    /**
     * Queues the reads that wait on hot channels.
     *
     * @return whether that is enough for this turn; false every so many turns, and when no hot channel waits.
     */
    boolean suffice() {
        boolean probed = false;
        for (int i = 0; i < count; i++) {
            probed |= channels[i].probe();
        }
        if (probed && ++turnsSinceAwait < turns) {
            return true;
        }
        turnsSinceAwait = 0;
        return false;
    }
}
