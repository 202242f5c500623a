package io.sonic.websocket;

/**
 * What the two sides have agreed on for permessage-deflate (RFC 7692, 7.1), seen from this side.
 *
 * @param contextTakeover     whether messages of this side may refer to the ones before them.
 * @param windowBits          of this side's compression, 8 to 15.
 * @param peerContextTakeover whether messages of the peer may refer to the ones before them.
 */
record DeflateParameters(boolean contextTakeover, int windowBits, boolean peerContextTakeover) {
}
