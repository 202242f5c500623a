package io.sonic;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The real backend, with each call through the seam counted, and calls that fail where a test says so.
 */
final class RiggedBackend implements Backend {
    /**
     * The sockets in the order in which they were opened.
     */
    final List<RiggedSocket> sockets = new ArrayList<>();
    private final Backend backend = new EpollBackend(256);
    private final Map<String, Integer> calls = new HashMap<>();
    private final Map<String, Deque<Integer>> failures = new HashMap<>();
    private final Deque<Integer> shortened = new ArrayDeque<>();

    RiggedBackend() throws IOException {
    }

    /**
     * How often a call was made; the names are those of the methods of the seam.
     */
    int calls(String call) {
        return calls.getOrDefault(call, 0);
    }

    /**
     * All calls but those that wait.
     */
    int callsOnSockets() {
        return calls.values().stream().mapToInt(Integer::intValue).sum() - calls("await");
    }

    void forget() {
        calls.clear();
    }

    /**
     * Makes the next calls of a kind fail instead of being made; 0 lets one pass.
     */
    void rig(String call, Errno... errors) {
        Deque<Integer> queue = failures.computeIfAbsent(call, name -> new ArrayDeque<>());
        for (Errno error : errors) {
            queue.add(error.number);
        }
    }

    /**
     * Makes the next writes of regions take that many bytes at most.
     */
    void shorten(int... lengths) {
        for (int length : lengths) {
            shortened.add(length);
        }
    }

    /**
     * How many bytes the next write of regions takes at most.
     */
    int nextLength() {
        return shortened.isEmpty() ? Integer.MAX_VALUE : shortened.remove();
    }

    /**
     * Counts a call.
     *
     * @return the negated errno that it has to fail with, or 0.
     */
    int made(String call) {
        calls.merge(call, 1, Integer::sum);
        Deque<Integer> queue = failures.get(call);
        return queue == null || queue.isEmpty() ? 0 : -queue.remove();
    }

    @Override
    public void await(long timeoutNs) {
        made("await");
        backend.await(timeoutNs);
    }

    @Override
    public void wake() {
        backend.wake();
    }

    @Override
    public boolean supports(Capability capability) {
        return backend.supports(capability);
    }

    @Override
    public BackendFile openFile(String path, int flags) throws IOException {
        return backend.openFile(path, flags);
    }

    @Override
    public BackendSocket open(AddressFamily family, boolean stream) throws IOException {
        int failure = made("open");
        if (failure != 0) {
            throw Errno.exception("socket", "for a test", -failure);
        }
        return rig(backend.open(family, stream));
    }

    RiggedSocket rig(BackendSocket socket) {
        RiggedSocket rigged = new RiggedSocket(this, socket);
        sockets.add(rigged);
        return rigged;
    }

    @Override
    public String name() {
        return backend.name();
    }

    @Override
    public void close() {
        backend.close();
    }
}
