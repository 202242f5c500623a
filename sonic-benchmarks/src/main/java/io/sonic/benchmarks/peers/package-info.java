/**
 * Other websocket clients behind the two commands that Sonic is compared by: round trips against an echo server, and
 * messages per second from a server that floods.
 */
package io.sonic.benchmarks.peers;
