/** MoldUDP64, the packets of Nasdaq's feeds: publisher, server and client of re-requests, and the format for a feed. */
package io.sonic.feed.mold;
