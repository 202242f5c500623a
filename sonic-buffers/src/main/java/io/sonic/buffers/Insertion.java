package io.sonic.buffers;

/**
 * What became of a packet that was given to a {@link ReorderWindow}.
 */
public enum Insertion {
    /**
     * It is the packet that was expected, and was kept: it can be taken now.
     */
    NEXT,

    /**
     * It came before packets that are known to be missing, and was kept.
     */
    EARLY,

    /**
     * It came early and was kept, and those between it and the highest one before it are newly missing:
     * {@link ReorderWindow#gapFirst()} to {@link ReorderWindow#gapLast()}.
     */
    GAP,

    /**
     * The window has it already. It was not kept.
     */
    DUPLICATE,

    /**
     * It lies before what is expected: it was taken already, or skipped. It was not kept.
     */
    BEHIND,

    /**
     * It lies so far ahead that the window has no place for it. It was not kept.
     */
    TOO_FAR_AHEAD;

    /**
     * Tells whether the window kept the packet, and with it the slot.
     *
     * @return whether it did; if not, the slot still belongs to the caller.
     */
    public boolean isKept() {
        return this == NEXT || this == EARLY || this == GAP;
    }
}
