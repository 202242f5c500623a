package io.sonic;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A non-blocking descriptor of a backend. What returns an {@code int} returns the negated errno when it fails, and
 * never throws; an interrupted call is repeated here.
 */
interface BackendDescriptor {
    /**
     * Asks for reports of readiness from now on, once for the life of the descriptor.
     */
    int register(DescriptorChannel channel);

    /**
     * Reads bytes of a stream; 0 is the end of the stream.
     */
    int read(MutableDirectBuffer buffer, int offset, int length);

    int write(DirectBuffer buffer, int offset, int length);

    /**
     * Reads regions of a stream; 0 is the end of the stream.
     */
    int read(IoVector vector);

    int write(IoVector vector);

    void close();
}
