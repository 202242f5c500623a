package io.sonic.multicast;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.sonic.ffi.NativeCalls;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.SocketException;
import java.util.Map;
import java.util.TreeMap;

/**
 * The list of network interfaces, see {@code if_nameindex(3)}. The JDK's list lacks those without an address.
 */
final class LinuxInterfaces {
    // struct if_nameindex { unsigned int if_index; char *if_name; }
    private static final long INDEX_OFFSET = 0;
    private static final long NAME_OFFSET = 8;
    private static final long STRIDE = 16;
    private static final long MAX_NAME_LENGTH = 256;

    private static final MethodHandle IF_NAMEINDEX =
            NativeCalls.bind("if_nameindex", FunctionDescriptor.of(JAVA_LONG));
    private static final MethodHandle IF_FREENAMEINDEX =
            NativeCalls.bind("if_freenameindex", FunctionDescriptor.ofVoid(JAVA_LONG));

    private LinuxInterfaces() {
    }

    /**
     * Asks the system for its interfaces.
     *
     * @return the names by index, in the order of the indices.
     */
    static Map<Integer, String> namesByIndex() throws IOException {
        MemorySegment errno = NativeCalls.newErrno();
        long list = ifNameIndex(errno);
        if (list == 0) {
            throw new SocketException("if_nameindex: error " + NativeCalls.errno(errno));
        }
        try {
            Map<Integer, String> names = new TreeMap<>();
            for (long address = list;; address += STRIDE) {
                MemorySegment entry = at(address, STRIDE);
                int index = entry.get(JAVA_INT, INDEX_OFFSET);
                if (index == 0) {
                    return names;
                }
                names.put(index, at(entry.get(JAVA_LONG, NAME_OFFSET), MAX_NAME_LENGTH).getString(0));
            }
        } finally {
            ifFreeNameIndex(errno, list);
        }
    }

    private static long ifNameIndex(MemorySegment errno) {
        try {
            return (long) IF_NAMEINDEX.invokeExact(errno);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    private static void ifFreeNameIndex(MemorySegment errno, long list) {
        try {
            IF_FREENAMEINDEX.invokeExact(errno, list);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    @SuppressWarnings("restricted")
    private static MemorySegment at(long address, long length) {
        return MemorySegment.ofAddress(address).reinterpret(length);
    }
}
