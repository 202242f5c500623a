package io.sonic;

/**
 * Stands where a channel has no operation in a direction.
 */
final class NoOperation extends Operation {
    NoOperation(DescriptorChannel channel) {
        super(channel, "nothing");
    }

    @Override
    void attempt() {
        throw new AssertionError("it is never in flight");
    }

    @Override
    void abort(IoStatus status) {
        // Nothing waits.
    }
}
