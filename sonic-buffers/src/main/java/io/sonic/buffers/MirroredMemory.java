package io.sonic.buffers;

import java.io.IOException;
import java.util.StringJoiner;

/**
 * The memory of a mirrored buffer. Tries the kind of pages that was asked for, then lesser ones, and remembers what
 * was granted.
 */
final class MirroredMemory {
    private final MemoryCalls calls;
    private final int minCapacity;
    private final MirroredBuffer.Context context;
    private final StringJoiner refusals = new StringJoiner("; ");
    private final HugePages hugePages;
    private Mapping mapping;

    private MirroredMemory(MemoryCalls calls, int minCapacity, MirroredBuffer.Context context) throws IOException {
        this.calls = calls;
        this.minCapacity = minCapacity;
        this.context = context;
        hugePages = switch (context.hugePages()) {
            case NONE -> plain();
            case TRANSPARENT -> transparent();
            case EXPLICIT -> explicit();
        };
    }

    static MirroredMemory allocate(MemoryCalls calls, int minCapacity, MirroredBuffer.Context context)
        throws IOException {
        MirroredMemory memory = new MirroredMemory(calls, minCapacity, context);
        try {
            if (context.prefault()) {
                memory.mapping.prefault(calls.getpagesize());
            }
            if (context.lock()) {
                memory.mapping.lock();
            }
        } catch (Throwable t) {
            memory.mapping.close();
            throw t;
        }
        return memory;
    }

    Mapping mapping() {
        return mapping;
    }

    HugePages hugePages() {
        return hugePages;
    }

    /**
     * Says why less was granted than asked for.
     *
     * @return one clause for each kind of page that was refused; empty when none was.
     */
    String refusal() {
        return refusals.toString();
    }

    private HugePages plain() throws IOException {
        mapping = map(calls.getpagesize(), 0);
        return HugePages.NONE;
    }

    private HugePages transparent() throws IOException {
        int pageSize;
        try {
            pageSize = HugePagePool.transparentSize();
        } catch (IOException e) {
            refusals.add(e.getMessage());
            return plain();
        }
        mapping = map(pageSize, 0);
        try {
            mapping.prefault(calls.getpagesize()); // a page that is not there cannot be joined with its neighbours
            mapping.collapse();
            return HugePages.TRANSPARENT;
        } catch (IOException e) {
            refusals.add(e.getMessage());
            return HugePages.NONE;
        }
    }

    private HugePages explicit() throws IOException {
        int pageSize;
        try {
            pageSize = HugePagePool.explicitSize();
        } catch (IOException e) {
            refusals.add(e.getMessage());
            return transparent();
        }
        try {
            mapping = map(pageSize, MemoryCalls.MFD_HUGETLB);
            return HugePages.EXPLICIT;
        } catch (IOException e) {
            refusals.add(e.getMessage() + "; the pool (vm.nr_hugepages) has " + HugePagePool.explicitFree()
                    + " free pages of " + pageSize + " bytes");
            return transparent();
        }
    }

    private Mapping map(int pageSize, int flags) throws IOException {
        int length = (minCapacity + pageSize - 1) & -pageSize;
        return Mapping.map(calls, context.name(), length, pageSize, flags);
    }
}
