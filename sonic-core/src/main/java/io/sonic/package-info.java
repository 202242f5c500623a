/**
 * Network and I/O on one thread: the {@link io.sonic.Reactor}, its timers, streams and datagrams.
 *
 * <p>Operations are started with {@code async…} and call their handler exactly once; {@code try…} never waits. Nothing
 * here allocates after set-up.
 */
package io.sonic;
