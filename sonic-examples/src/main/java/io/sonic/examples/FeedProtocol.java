package io.sonic.examples;

import io.sonic.feed.NumberedFormat;
import io.sonic.feed.PacketFormat;
import io.sonic.feed.mold.MoldFormat;

/** The protocols that the feed commands speak. */
enum FeedProtocol {

    /** MoldUDP64 with ITCH 5.0. */
    ITCH {
        @Override
        PacketFormat format() {
            return new MoldFormat();
        }
    },

    /** The packet header of CME MDP 3.0, and SBE messages. */
    MDP3 {
        @Override
        PacketFormat format() {
            return NumberedFormat.mdp3();
        }
    },

    /** 8 bytes of a number, big endian, and anything. */
    SEQUENCED {
        @Override
        PacketFormat format() {
            return NumberedFormat.sequenced();
        }
    };

    abstract PacketFormat format();
}
