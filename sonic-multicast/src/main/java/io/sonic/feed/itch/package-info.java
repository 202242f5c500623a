/** Messages of Nasdaq TotalView-ITCH 5.0, and books of orders that are built from them. */
package io.sonic.feed.itch;
