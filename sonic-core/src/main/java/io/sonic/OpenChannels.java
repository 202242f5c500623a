package io.sonic;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The channels that a reactor closes when it is closed.
 */
final class OpenChannels {
    private DescriptorChannel first;
    /**
     * Channels above others, which hold more than a descriptor; in the order in which they were opened.
     */
    private final Set<Channel> layered = new LinkedHashSet<>();

    void add(DescriptorChannel channel) {
        channel.next = first;
        if (first != null) {
            first.previous = channel;
        }
        first = channel;
    }

    void remove(DescriptorChannel channel) {
        if (channel.previous != null) {
            channel.previous.next = channel.next;
        } else {
            first = channel.next;
        }
        if (channel.next != null) {
            channel.next.previous = channel.previous;
        }
        channel.next = null;
        channel.previous = null;
    }

    void addLayered(Channel channel) {
        layered.add(channel);
    }

    void removeLayered(Channel channel) {
        layered.remove(channel);
    }

    /**
     * Closes them, those above others first.
     */
    void close() {
        while (!layered.isEmpty()) {
            Channel channel = layered.iterator().next();
            layered.remove(channel);
            channel.close();
        }
        while (first != null) {
            first.close();
        }
    }
}
