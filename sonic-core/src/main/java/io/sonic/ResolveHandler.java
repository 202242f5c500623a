package io.sonic;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Is told the addresses of a host.
 */
@FunctionalInterface
public interface ResolveHandler {
    /**
     * Called once per {@link NameResolver#asyncResolve}, on the reactor's thread.
     *
     * @param addresses at least one, in the order in which to try them; or null when there is none.
     * @param failure   why there is none; null when there are addresses.
     */
    void onResolved(InetAddress[] addresses, UnknownHostException failure);
}
