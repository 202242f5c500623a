package io.sonic;

import java.io.IOException;

/**
 * The seam between the reactor and what the system offers: waiting for readiness, waking up, and sockets.
 *
 * <p>A backend reports readiness by edges: it calls {@link DescriptorChannel#onReadiness(int)} when a socket becomes
 * ready, and not again before an operation on it found nothing to do.
 */
interface Backend extends AutoCloseable {
    /**
     * Waits until sockets are ready, {@link #wake()} is called, or the time is over, and reports the ready ones.
     *
     * @param timeoutNs 0 does not wait, a negative time waits for ever.
     */
    void await(long timeoutNs);

    /**
     * Ends the current or the next {@link #await(long)} that waits. The only method for any thread.
     */
    void wake();

    /**
     * Opens a non-blocking socket that no process started from here inherits.
     *
     * @param family of its addresses.
     * @param stream a stream or datagrams.
     */
    BackendSocket open(AddressFamily family, boolean stream) throws IOException;

    /**
     * Opens a file without waiting for it, so that no process started from here inherits it.
     *
     * @param flags of {@code open(2)}: how it is accessed, and whether it is created.
     */
    BackendFile openFile(String path, int flags) throws IOException;

    String name();

    boolean supports(Capability capability);

    @Override
    void close();
}
