package io.sonic;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Objects;

/**
 * The connect that is in flight on a stream: resolves the name, tries each address in turn, all under one deadline.
 */
final class ConnectOperation extends Operation {
    private static final int EINPROGRESS = -Errno.EINPROGRESS.number;
    private static final int ENOTCONN = -Errno.ENOTCONN.number;
    private static final int EAGAIN = -Errno.EAGAIN.number;

    private final SocketStream stream;
    private final Timer deadline;
    private final Endpoint peer = new Endpoint();
    private long timeoutNs;
    private ConnectHandler handler;
    private Endpoint[] candidates;
    private int next;
    private boolean awaiting;
    private IOException reason;
    private int reasonErrno;

    ConnectOperation(SocketStream stream) {
        super(stream, "connect");
        this.stream = stream;
        this.deadline = new Timer(stream.reactor);
    }

    void start(InetSocketAddress to, long timeoutInNs, ConnectHandler newHandler) {
        if (!to.isUnresolved()) {
            start(Endpoint.of(to), timeoutInNs, newHandler);
            return;
        }
        prepare(timeoutInNs, newHandler);
        candidates = null;
        begin(false);
        int asked = number;
        int port = to.getPort();
        NameResolver.asyncResolve(reactor, to.getHostString(), (addresses, failure) -> {
            // It may be the answer for an earlier connect, which was cancelled.
            if (isInFlight() && asked == number) {
                onResolved(addresses, port, failure);
            }
        });
    }

    void start(Endpoint to, long timeoutInNs, ConnectHandler newHandler) {
        prepare(timeoutInNs, newHandler);
        candidates = new Endpoint[] {to};
        begin(true);
    }

    private void prepare(long timeoutInNs, ConnectHandler newHandler) {
        Objects.requireNonNull(newHandler, "handler");
        if (timeoutInNs < 0) {
            throw new IllegalArgumentException("negative time-out: " + timeoutInNs + " ns");
        }
        stream.clearFailure();
        handler = newHandler;
        timeoutNs = timeoutInNs;
        next = 0;
        awaiting = false;
        reason = null;
        reasonErrno = 0;
        if (timeoutInNs > 0) {
            deadline.scheduleOnce(timeoutInNs, this::onDeadline);
        }
    }

    private void onResolved(InetAddress[] addresses, int port, UnknownHostException failure) {
        if (failure != null) {
            addReason(failure, 0);
            complete(IoStatus.FAILED);
            return;
        }
        candidates = new Endpoint[addresses.length];
        for (int i = 0; i < addresses.length; i++) {
            candidates[i] = new Endpoint().set(addresses[i], port);
        }
        attempt();
    }

    @Override
    void attempt() {
        if (candidates == null) {
            // Readiness for an attempt that was cancelled, while the name of the next one is being resolved.
            return;
        }
        if (awaiting) {
            int result = outcome();
            if (result == EINPROGRESS) {
                return;
            }
            awaiting = false;
            if (result == 0) {
                complete(IoStatus.OK);
                return;
            }
            addReason(Errno.exception("connect", candidates[next - 1].toString(), -result), -result);
        }
        while (next < candidates.length) {
            Endpoint candidate = candidates[next++];
            int result;
            try {
                result = stream.connect(candidate);
            } catch (IOException e) {
                addReason(e, Errno.numberOf(e));
                continue;
            }
            if (result == 0) {
                peer.set(candidate);
                complete(IoStatus.OK);
                return;
            }
            if (result == EINPROGRESS) {
                awaiting = true;
                return;
            }
            if (result == EAGAIN && candidate.isUnix()) {
                // The listener's queue is full, and nothing says when to go on.
                stream.closeDescriptor();
                next--;
                attemptLater();
                return;
            }
            addReason(Errno.exception("connect", candidate.toString(), -result), -result);
        }
        complete(IoStatus.FAILED);
    }

    @Override
    void abort(IoStatus status) {
        if (isInFlight()) {
            addReason(new ConnectException("connect " + stream.subject() + ": " + status), 0);
            complete(status);
        }
    }

    /**
     * Asks how the connect ended, {@code -EINPROGRESS} when it did not yet.
     */
    private int outcome() {
        int result = stream.socket.finishConnect();
        if (result != 0) {
            return result;
        }
        int connected = stream.socket.remoteEndpoint(peer);
        return connected == ENOTCONN ? EINPROGRESS : connected;
    }

    private void onDeadline(Timer timer) {
        addReason(new ConnectException("connect " + stream.subject() + ": timed out after "
                + timeoutNs / 1_000_000 + " ms"), Errno.ETIMEDOUT.number);
        complete(IoStatus.TIMED_OUT);
    }

    /**
     * Remembers why an address did not work, and what was said of those before it.
     */
    private void addReason(IOException newReason, int newErrno) {
        stream.closeDescriptor();
        if (reason != null) {
            newReason.addSuppressed(reason);
        }
        reason = newReason;
        reasonErrno = newErrno;
    }

    private void complete(IoStatus status) {
        deadline.cancel();
        ConnectHandler ended = handler;
        IOException why = reason;
        handler = null;
        candidates = null;
        reason = null;
        stream.connectEnded(status == IoStatus.OK ? peer : null, why, reasonErrno);
        end();
        try {
            ended.onConnect(status);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }
}
