package io.sonic.buffers;

import io.sonic.FifoBuffer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A FIFO buffer whose memory is mapped twice in a row, so that what is readable and what is writable is always
 * contiguous, also where it wraps. Nothing is ever moved: {@link #consume(int)} takes the same few instructions
 * whatever is queued.
 *
 * <p>A producer claims room, writes into {@link #buffer()} at the offset it was given, and commits what it wrote:
 * <pre>{@code
 *     int offset = fifo.claim(length);
 *     if (offset != FifoBuffer.INSUFFICIENT_CAPACITY) {
 *         fifo.buffer().putBytes(offset, source, sourceOffset, length);
 *         fifo.commit(length);
 *     }
 * }</pre>
 * A consumer reads {@link #readableLength()} bytes at {@link #readOffset()} and consumes what it has used.
 *
 * <p><b>Capacity</b>: a multiple of the page size, any multiple, up to {@link #MAX_CAPACITY}. All of it can be used.
 * The process shows twice the capacity as virtual and, once touched, as resident memory, because each page is mapped
 * twice; the kernel holds it, and charges it to a control group, once.
 *
 * <p><b>Threading</b>: one thread at a time. It may be another thread than the one that allocated the buffer.
 *
 * <p><b>Lifetime</b>: {@link #close()} unmaps the memory. The buffer that {@link #buffer()} returned is then wrapped
 * around nothing, and each access through it throws {@link IndexOutOfBoundsException}. An address, or another buffer
 * that was wrapped around {@link #buffer()}, cannot know: do not use either after close. A buffer that is dropped
 * without being closed is unmapped by a cleaner, after {@link #buffer()} is dropped too.
 *
 * <p><b>Allocation</b>: none after the buffer was made.
 */
public final class MirroredBuffer implements FifoBuffer {
    /**
     * The largest capacity: 1 GiB, because offsets into the two mappings are of type {@code int}.
     */
    public static final int MAX_CAPACITY = 1 << 30;

    private final MirroredMemory memory;
    private final UnsafeBuffer buffer;
    private final int capacity;
    private int head;
    private int tail; // at least head, at most head + capacity
    private boolean closed;

    private MirroredBuffer(MirroredMemory memory) {
        this.memory = memory;
        this.capacity = (int) (memory.mapping().segment().byteSize() / 2);
        this.buffer = view(memory.mapping().segment());
    }

    /**
     * Allocates a buffer of usual pages, which become resident as they are touched.
     *
     * @param minCapacity bytes that the buffer has to hold, between 1 and {@link #MAX_CAPACITY}; rounded up to whole
     *                    pages, see {@link #capacity()}.
     * @return a new, empty buffer.
     * @throws IllegalArgumentException      when {@code minCapacity} is out of range.
     * @throws UnsupportedOperationException when {@link #isSupported()} is false; says why.
     * @throws IOException                   when the kernel refuses; names the call, the errno and the size. Nothing is
     *                                       left behind.
     */
    public static MirroredBuffer allocate(int minCapacity) throws IOException {
        return allocate(minCapacity, new Context());
    }

    /**
     * Allocates a buffer with options.
     *
     * @param minCapacity bytes that the buffer has to hold, between 1 and {@link #MAX_CAPACITY}; rounded up to whole
     *                    pages of the kind that the context asks for, see {@link #capacity()}.
     * @param context     options; not kept.
     * @return a new, empty buffer.
     * @throws IllegalArgumentException      when {@code minCapacity} is out of range.
     * @throws UnsupportedOperationException when {@link #isSupported()} is false; says why.
     * @throws IOException                   when the kernel refuses; names the call, the errno and the size. Nothing is
     *                                       left behind.
     */
    public static MirroredBuffer allocate(int minCapacity, Context context) throws IOException {
        if (!isSupported()) {
            throw new UnsupportedOperationException(MirrorSupport.REFUSAL);
        }
        return allocate(new LinuxMemory(), minCapacity, context);
    }

    static MirroredBuffer allocate(MemoryCalls calls, int minCapacity, Context context) throws IOException {
        if (minCapacity < 1 || minCapacity > MAX_CAPACITY) {
            throw new IllegalArgumentException(
                    "capacity must be between 1 and " + MAX_CAPACITY + " bytes (1 GiB): " + minCapacity);
        }
        return new MirroredBuffer(MirroredMemory.allocate(calls, minCapacity, context));
    }

    /**
     * Tells whether this platform can map memory twice: Linux, with native access allowed. Where it cannot, a
     * {@link LinearBuffer} does the same work; {@link FifoBuffers} chooses.
     *
     * @return whether {@link #allocate(int)} can work.
     */
    public static boolean isSupported() {
        return MirrorSupport.REFUSAL.isEmpty();
    }

    /**
     * Says why this platform cannot map memory twice.
     *
     * @return the reason in one sentence; empty when {@link #isSupported()} is true.
     */
    public static String unsupportedReason() {
        return MirrorSupport.REFUSAL;
    }

    /**
     * The memory, mapped twice: the byte at {@code i} is also the byte at {@code i + capacity()}.
     *
     * @return a view that is twice as long as the capacity; the same one each time. It is wrapped around a direct
     *         {@link java.nio.ByteBuffer}, but for a capacity of 1 GiB: then it is wrapped around an address, and one
     *         byte shorter.
     */
    @Override
    public MutableDirectBuffer buffer() {
        ensureOpen();
        return buffer;
    }

    /**
     * The memory as a segment, twice as long as the capacity. After {@link #close()} each access through it, or
     * through a slice of it, throws {@link IllegalStateException}.
     *
     * @return the same segment each time; any thread may use it.
     */
    public MemorySegment segment() {
        ensureOpen();
        return memory.mapping().segment();
    }

    /**
     * The memory as a direct buffer, twice as long as the capacity. After {@link #close()} each access through it, or
     * through a slice of it, throws {@link IllegalStateException}.
     *
     * @return the same byte buffer each time; take a slice of it before you set a position or a limit.
     * @throws UnsupportedOperationException when the capacity is 1 GiB, which makes the two mappings too long for a
     *                                       byte buffer; slices of {@link #segment()} can be byte buffers.
     */
    public ByteBuffer byteBuffer() {
        ensureOpen();
        ByteBuffer view = buffer.byteBuffer();
        if (view == null) {
            throw new UnsupportedOperationException("two mappings of 1 GiB are too long for a byte buffer");
        }
        return view;
    }

    /**
     * The kind of pages that the kernel granted.
     *
     * @return the kind that was asked for, or a lesser one.
     */
    public HugePages hugePages() {
        ensureOpen();
        return memory.hugePages();
    }

    /**
     * Says why the kernel granted lesser pages than were asked for.
     *
     * @return the reason; empty when the kernel granted what was asked for.
     */
    public String hugePagesRefusal() {
        ensureOpen();
        return memory.refusal();
    }

    @Override
    public int capacity() {
        ensureOpen();
        return capacity;
    }

    @Override
    public int claim(int length) {
        ensureOpen();
        if (length < 0) {
            throw new IllegalArgumentException("cannot claim a negative length: " + length);
        }
        return length <= capacity - (tail - head) ? tail : INSUFFICIENT_CAPACITY;
    }

    @Override
    public void commit(int length) {
        ensureOpen();
        if (length < 0 || length > capacity - (tail - head)) {
            throw refused("commit", length, "writable", capacity - (tail - head));
        }
        tail += length;
    }

    @Override
    public void consume(int length) {
        ensureOpen();
        if (length < 0 || length > tail - head) {
            throw refused("consume", length, "readable", tail - head);
        }
        head += length;
        if (head >= capacity) {
            head -= capacity;
            tail -= capacity;
        }
    }

    @Override
    public int readOffset() {
        ensureOpen();
        return head;
    }

    @Override
    public int readableLength() {
        ensureOpen();
        return tail - head;
    }

    @Override
    public int writeOffset() {
        ensureOpen();
        return tail;
    }

    @Override
    public int writableLength() {
        ensureOpen();
        return capacity - (tail - head);
    }

    @Override
    public void reset() {
        ensureOpen();
        head = 0;
        tail = 0;
    }

    /**
     * Unmaps the memory. A second call does nothing.
     *
     * @throws IllegalStateException when another thread is inside an I/O call on a view of the memory; the buffer stays
     *                               open.
     */
    @Override
    public void close() {
        if (!closed) {
            memory.mapping().close();
            closed = true;
            buffer.wrap(0, 0);
        }
    }

    private static UnsafeBuffer view(MemorySegment segment) {
        if (segment.byteSize() <= Integer.MAX_VALUE) {
            return new UnsafeBuffer(segment.asByteBuffer());
        }
        // 1 GiB is too long for a ByteBuffer. The very last byte has no int offset, and no region reaches it.
        return new UnsafeBuffer(segment.address(), Integer.MAX_VALUE);
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("the buffer is closed");
        }
    }

    private static IllegalArgumentException refused(String what, int length, String region, int available) {
        return new IllegalArgumentException(
                "cannot " + what + " " + length + " bytes: " + available + " are " + region);
    }

    /**
     * Options of a mirrored buffer. NUMA placement is not one of them: memory comes from the node of the thread that
     * touches it first, so allocate with {@link #prefault(boolean)} on the thread, pinned, that will use the buffer.
     */
    public static final class Context {
        private static final int MAX_NAME_LENGTH = 249; // memfd_create(2)

        private String name = "sonic";
        private HugePages hugePages = HugePages.NONE;
        private boolean prefault;
        private boolean lock;

        /**
         * Makes a context with the default options.
         */
        public Context() {
        }

        /**
         * The name of the memory.
         *
         * @return the name; {@code sonic} by default.
         */
        public String name() {
            return name;
        }

        /**
         * Sets the name by which {@code /proc/PID/maps} shows the two mappings: {@code /memfd:NAME (deleted)}. Names
         * need not be unique.
         *
         * @param name 1 to 249 bytes in UTF-8, without control characters.
         * @return this.
         * @throws IllegalArgumentException when the name is empty or too long, or has a control character.
         */
        public Context name(String name) {
            int length = name.getBytes(StandardCharsets.UTF_8).length;
            if (length == 0 || length > MAX_NAME_LENGTH || name.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException(
                        "name must have 1 to " + MAX_NAME_LENGTH + " bytes and no control character: '" + name + "'");
            }
            this.name = name;
            return this;
        }

        /**
         * The kind of pages to ask for.
         *
         * @return the kind; {@link HugePages#NONE} by default.
         */
        public HugePages hugePages() {
            return hugePages;
        }

        /**
         * Sets the kind of pages to ask for. When the kernel has none, lesser ones are taken:
         * {@link MirroredBuffer#hugePages()} tells which, {@link MirroredBuffer#hugePagesRefusal()} why.
         *
         * @param hugePages the kind.
         * @return this.
         */
        public Context hugePages(HugePages hugePages) {
            this.hugePages = Objects.requireNonNull(hugePages, "hugePages");
            return this;
        }

        /**
         * Whether all pages are made resident at once.
         *
         * @return whether they are; false by default.
         */
        public boolean prefault() {
            return prefault;
        }

        /**
         * Sets whether every page of both mappings is made resident and writable at once, so that no first access
         * takes a page fault. Without it a page fault happens twice for each page: once in each mapping.
         *
         * @param prefault whether to.
         * @return this.
         */
        public Context prefault(boolean prefault) {
            this.prefault = prefault;
            return this;
        }

        /**
         * Whether the memory is locked.
         *
         * @return whether it is; false by default.
         */
        public boolean lock() {
            return lock;
        }

        /**
         * Sets whether the memory is kept from being swapped out, with {@code mlock(2)}. Locked memory is resident at
         * once. Both mappings count towards {@code RLIMIT_MEMLOCK}: it has to allow twice the capacity, and when it
         * does not, allocation fails and names it.
         *
         * @param lock whether to.
         * @return this.
         */
        public Context lock(boolean lock) {
            this.lock = lock;
            return this;
        }
    }
}
