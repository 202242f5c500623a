package io.sonic;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * The connect that is in flight on a stream: resolves the name, tries each address in turn, all under one deadline.
 */
final class ConnectOperation extends Operation {
    private static final int EINPROGRESS = -Errno.EINPROGRESS.number;
    private static final int ENOTCONN = -Errno.ENOTCONN.number;

    private final TcpStream stream;
    private final Timer deadline;
    private final Endpoint endpoint = new Endpoint();
    private InetSocketAddress remote;
    private long timeoutNs;
    private ConnectHandler handler;
    private InetAddress[] addresses;
    private int next;
    private boolean awaiting;
    private IOException reason;
    private int reasonErrno;
    /**
     * Tells an answer of the resolver for this connect from one for an earlier, cancelled one.
     */
    private int attemptNumber;

    ConnectOperation(TcpStream stream) {
        super(stream.reactor);
        this.stream = stream;
        this.deadline = new Timer(stream.reactor);
    }

    void start(InetSocketAddress to, long timeoutInNs, ConnectHandler newHandler) {
        remote = to;
        timeoutNs = timeoutInNs;
        handler = newHandler;
        addresses = to.isUnresolved() ? null : new InetAddress[] {to.getAddress()};
        next = 0;
        awaiting = false;
        reason = null;
        reasonErrno = 0;
        int number = ++attemptNumber;
        if (timeoutInNs > 0) {
            deadline.scheduleOnce(timeoutInNs, this::onDeadline);
        }
        begin(addresses != null);
        if (addresses == null) {
            NameResolver.resolve(reactor, to.getHostString(),
                    (resolved, failure) -> onResolved(number, resolved, failure));
        }
    }

    private void onResolved(int number, InetAddress[] resolved, UnknownHostException failure) {
        if (!isInFlight() || number != attemptNumber) {
            return;
        }
        if (failure != null) {
            reason = failure;
            complete(IoStatus.FAILED);
        } else {
            addresses = resolved;
            attempt();
        }
    }

    @Override
    void attempt() {
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
            addReason(Errno.exception("connect", endpoint.toString(), -result), -result);
        }
        while (next < addresses.length) {
            endpoint.set(addresses[next++], remote.getPort());
            try {
                int result = stream.connect(endpoint);
                if (result == 0) {
                    complete(IoStatus.OK);
                    return;
                }
                if (result == EINPROGRESS) {
                    awaiting = true;
                    return;
                }
                addReason(Errno.exception("connect", endpoint.toString(), -result), -result);
            } catch (IOException e) {
                addReason(e, 0);
            }
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
        if (result == 0 && stream.socket.remoteEndpoint(endpoint) == ENOTCONN) {
            return EINPROGRESS;
        }
        return result;
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
        stream.closeSocket();
        if (reason != null) {
            newReason.addSuppressed(reason);
        }
        reason = newReason;
        reasonErrno = newErrno;
    }

    private void complete(IoStatus status) {
        deadline.cancel();
        ConnectHandler ended = handler;
        handler = null;
        addresses = null;
        stream.connectEnded(status == IoStatus.OK ? endpoint.toInetSocketAddress() : null, reason, reasonErrno);
        reason = null;
        end();
        try {
            ended.onConnect(status);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }
}
