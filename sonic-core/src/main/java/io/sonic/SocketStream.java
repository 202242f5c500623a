package io.sonic;

import java.io.IOException;

/**
 * A stream over a connected socket.
 */
abstract class SocketStream extends StreamChannel {
    /**
     * Made when it is first needed: an accepted connection never does.
     */
    private ConnectOperation connect;
    private boolean connected;

    SocketStream(Reactor reactor, SocketOptions options) {
        super(reactor, options);
    }

    @Override
    public final void shutdownOutput() throws IOException {
        checkConnected();
        write.checkIdle();
        int result = socket.shutdownOutput();
        if (result < 0) {
            throw Errno.exception("shutdown", subject(), -result);
        }
    }

    /**
     * Sets an option of a stream that is connected.
     *
     * @param option which.
     * @param value  its value.
     * @param <T>    type of the value.
     * @throws IOException           when the system refuses.
     * @throws IllegalStateException when the stream is not connected: give the option to {@code open} then.
     */
    public final <T> void option(SocketOption<T> option, T value) throws IOException {
        checkConnected();
        setOption(option, value);
    }

    /**
     * Asks the system for an option.
     *
     * @param option which.
     * @param <T>    type of the value.
     * @return what the system answers, which may differ from what was set.
     * @throws IOException           when the system refuses.
     * @throws IllegalStateException when the stream is not connected.
     */
    public final <T> T option(SocketOption<T> option) throws IOException {
        checkConnected();
        return getOption(option);
    }

    /**
     * Tells whether the stream is connected.
     *
     * @return false before a connect ended with {@link IoStatus#OK}, and from {@link #close()} on.
     */
    public final boolean isConnected() {
        return connected && isOpen();
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + " " + subject();
    }

    @Override
    final Operation writer() {
        return connected || connect == null ? write : connect;
    }

    /**
     * The address to bind to before connecting to an address, or null.
     */
    abstract Endpoint localEndpoint();

    /**
     * Is told whom the stream is connected to.
     */
    abstract void connectedTo(Endpoint peer);

    final ConnectOperation connect() {
        if (connect == null) {
            connect = new ConnectOperation(this);
        }
        return connect;
    }

    /**
     * Starts to connect to one address; 0, {@code -EINPROGRESS}, or another negated errno.
     */
    final int connect(Endpoint endpoint) throws IOException {
        openSocket(endpoint.family(), true, localEndpoint());
        int result = socket.connect(endpoint);
        if (result == 0 || result == -Errno.EINPROGRESS.number) {
            register();
        }
        return result;
    }

    /**
     * Is told by the connect how it ended.
     *
     * @param peer null when it failed.
     */
    final void connectEnded(Endpoint peer, IOException reason, int number) {
        if (peer != null) {
            becomeConnected(peer);
        } else {
            closeDescriptor();
            failed(reason, number);
        }
    }

    /**
     * Takes over an accepted connection. On failure nothing is left open.
     */
    final void accepted(BackendSocket accepted, Endpoint peer) throws IOException {
        useSocket(accepted);
        try {
            options.applyTo(accepted);
            register();
            becomeConnected(peer);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    final void checkUnconnected() {
        checkOpen();
        if (connected) {
            throw new IllegalStateException("the stream is connected already: " + subject());
        }
        if (connect != null) {
            connect.checkIdle();
        }
    }

    private void becomeConnected(Endpoint peer) {
        connected = true;
        readable = true;
        writable = true;
        connectedTo(peer);
    }

    @Override
    final void checkUsable() {
        checkConnected();
    }

    private void checkConnected() {
        checkOpen();
        if (!connected) {
            throw new IllegalStateException("the stream is not connected: " + subject());
        }
    }
}
