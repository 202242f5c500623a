package io.sonic.websocket;

/**
 * What one connection has done so far: numbers that only grow.
 *
 * <p><b>Threading</b>: written by the reactor's thread, and to be read there. <b>Lifetime</b>: stays readable when the
 * connection has ended. <b>Allocation</b>: none.
 */
public final class WebSocketStatistics {
    long framesReceived;
    long messagesReceived;
    long bytesReceived;
    long largestMessageReceived;
    long compressedBytesReceived;
    long inflatedBytesReceived;
    long pingsReceived;
    long pongsReceived;
    long framesSent;
    long messagesSent;
    long bytesSent;
    long compressedBytesSent;
    long deflatedBytesSent;
    long pingsSent;
    long pongsSent;
    long pongsOmitted;
    long writes;
    long backPressured;
    long bufferGrowths;

    WebSocketStatistics() {
    }

    /**
     * Frames that came, of messages and of control.
     *
     * @return how many since the connection was begun.
     */
    public long framesReceived() {
        return framesReceived;
    }

    /**
     * Messages that came, up to their last frame.
     *
     * @return how many since the connection was begun.
     */
    public long messagesReceived() {
        return messagesReceived;
    }

    /**
     * Bytes of the frames that came, headers included.
     *
     * @return bytes since the connection was begun.
     */
    public long bytesReceived() {
        return bytesReceived;
    }

    /**
     * The longest message that came, in bytes, inflated.
     *
     * @return bytes since the connection was begun.
     */
    public long largestMessageReceived() {
        return largestMessageReceived;
    }

    /**
     * Bytes of compressed messages as they came.
     *
     * @return bytes since the connection was begun.
     */
    public long compressedBytesReceived() {
        return compressedBytesReceived;
    }

    /**
     * Bytes of compressed messages after inflating.
     *
     * @return bytes since the connection was begun.
     */
    public long inflatedBytesReceived() {
        return inflatedBytesReceived;
    }

    /**
     * Pings that came.
     *
     * @return how many since the connection was begun.
     */
    public long pingsReceived() {
        return pingsReceived;
    }

    /**
     * Pongs that came.
     *
     * @return how many since the connection was begun.
     */
    public long pongsReceived() {
        return pongsReceived;
    }

    /**
     * Frames that were queued, of messages and of control.
     *
     * @return how many since the connection was begun.
     */
    public long framesSent() {
        return framesSent;
    }

    /**
     * Messages that were queued, up to their last frame.
     *
     * @return how many since the connection was begun.
     */
    public long messagesSent() {
        return messagesSent;
    }

    /**
     * Bytes that the transport has taken, the handshake included.
     *
     * @return bytes since the connection was begun.
     */
    public long bytesSent() {
        return bytesSent;
    }

    /**
     * Bytes of compressed messages as they were queued.
     *
     * @return bytes since the connection was begun.
     */
    public long compressedBytesSent() {
        return compressedBytesSent;
    }

    /**
     * Bytes of compressed messages before they were compressed.
     *
     * @return bytes since the connection was begun.
     */
    public long deflatedBytesSent() {
        return deflatedBytesSent;
    }

    /**
     * Pings that were queued.
     *
     * @return how many since the connection was begun.
     */
    public long pingsSent() {
        return pingsSent;
    }

    /**
     * Pongs that were queued.
     *
     * @return how many since the connection was begun.
     */
    public long pongsSent() {
        return pongsSent;
    }

    /**
     * Pings that were not answered because a newer one was.
     *
     * @return how many since the connection was begun.
     */
    public long pongsOmitted() {
        return pongsOmitted;
    }

    /**
     * Writes that the transport was asked for: each is a system call or more.
     *
     * @return how many since the connection was begun.
     */
    public long writes() {
        return writes;
    }

    /**
     * Writes that were refused because too much waited.
     *
     * @return how many since the connection was begun.
     */
    public long backPressured() {
        return backPressured;
    }

    /**
     * Times that a buffer was replaced by a larger one.
     *
     * @return how many since the connection was begun.
     */
    public long bufferGrowths() {
        return bufferGrowths;
    }

    @Override
    public String toString() {
        return "received " + messagesReceived + " messages in " + framesReceived + " frames, " + bytesReceived
            + " bytes; sent " + messagesSent + " messages in " + framesSent + " frames, " + bytesSent + " bytes in "
            + writes + " writes";
    }
}
