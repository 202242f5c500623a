package io.sonic;

/**
 * Is told how the read of an item ended.
 *
 * @param <T> the items.
 */
@FunctionalInterface
public interface ItemHandler<T> {
    /**
     * Called once per read, on the reactor's thread.
     *
     * @param status how it ended.
     * @param item   valid until the handler returns; null unless the status is {@link IoStatus#OK}.
     */
    void onItem(IoStatus status, T item);
}
