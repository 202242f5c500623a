package io.sonic.tls;

import io.sonic.Deferral;
import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.Stream;
import io.sonic.tls.TlsException.Reason;
import java.io.IOException;

/**
 * What the operations of a stream share: the engine, what goes in and out, and how far it is.
 */
final class TlsConnection {
    /**
     * Reads of the transport that may end at once before the loop takes over.
     */
    private static final int MAX_READS_AHEAD = 4;

    final CiphertextIn in;
    final Decrypter decrypter;
    final Handshake handshake;
    final TlsRead read;
    final TlsWrite write;
    final Shutdown shutdown;
    private final TlsStream stream;
    private final Stream transport;
    private final Reactor reactor;
    private final TlsEngine engine;
    private final String subject;
    private final CiphertextOut out;
    private final Encrypter encrypter;
    private final Deferral vigil = new Vigil();
    private final DelegatedTasks.Listener onTasksDone = this::onTasksDone;
    private boolean open = true;
    private boolean ready;
    private boolean working;
    private boolean endWanted;
    private boolean endSaid;
    private boolean engineBroken;
    private Failure failure;
    private Failure inputFailure;
    private Failure outputFailure;

    /**
     * Why an operation did not end well.
     */
    private record Failure(IOException reason, int errno) {
    }

    TlsConnection(TlsStream stream, Stream transport, TlsEngine engine, String subject) {
        this.stream = stream;
        this.transport = transport;
        this.reactor = transport.reactor();
        this.engine = engine;
        this.subject = subject;
        in = new CiphertextIn(this, transport);
        out = new CiphertextOut(this, transport);
        decrypter = new Decrypter(this, engine, in);
        encrypter = new Encrypter(this, engine, out);
        handshake = new Handshake(this, engine, decrypter, out);
        read = new TlsRead(this, decrypter);
        write = new TlsWrite(this, encrypter, out);
        shutdown = new Shutdown(this, decrypter, out);
    }

    Reactor reactor() {
        return reactor;
    }

    boolean isOpen() {
        return open;
    }

    boolean isReady() {
        return ready;
    }

    int errno() {
        return failure == null ? 0 : failure.errno;
    }

    IOException failure() {
        return failure == null ? null : failure.reason;
    }

    void cancel() {
        abort(IoStatus.CANCELLED);
    }

    void shutdownOutput() throws IOException {
        if (!endWanted && outputFailure != null) {
            throw outputFailure.reason;
        }
        sayEnd();
    }

    void close() {
        if (!open) {
            return;
        }
        if (ready && transport.isOpen() && !write.isInFlight()) {
            sayEnd();
        }
        open = false;
        reactor.remove(stream);
        transport.close();
        abort(IoStatus.CLOSED);
        in.close();
        out.close();
        decrypter.close();
        encrypter.close();
        if (!working) {
            engine.close();
        }
    }

    @Override
    public String toString() {
        return subject;
    }

    /**
     * Goes on with what is in flight, after the transport has read or written.
     */
    void progress() {
        if (!hasTransport()) {
            return;
        }
        if (endWanted) {
            sayEnd();
        }
        handshake.resume();
        read.resume();
        shutdown.resume();
        write.resume();
    }

    /**
     * Has the loop go on with what is in flight: its state has changed without the transport.
     */
    void wakeOperations() {
        handshake.wake();
        read.wake();
        shutdown.wake();
        write.wake();
    }

    /**
     * Closes this stream when the transport was closed by somebody else, its reactor for instance.
     *
     * @return whether there is a transport to work with.
     */
    boolean hasTransport() {
        if (open && !transport.isOpen()) {
            close();
        }
        return open;
    }

    boolean isRead() {
        return read.isInFlight();
    }

    /**
     * Whether the engine is at work on another thread, and must be left alone.
     */
    boolean isWorking() {
        return working;
    }

    boolean isInputBroken() {
        return inputFailure != null;
    }

    boolean isOutputBroken() {
        return outputFailure != null;
    }

    void handshakeDone() {
        ready = true;
    }

    /**
     * Sees to it that an operation that lacks input is resumed.
     *
     * @return false when something came at once.
     */
    boolean awaitInput() {
        if (working) {
            stayAwake();
            return true;
        }
        return !sendEngineOutput() || in.await();
    }

    /**
     * Takes the transport's read back when nobody waits for it any more. A shutdown that left the input to a read has
     * to care for it again.
     */
    void releaseInput() {
        shutdown.wake();
        if (!handshake.isInFlight() && !read.isInFlight() && !shutdown.isInFlight() && !working) {
            in.cancel();
        }
    }

    /**
     * Fetches what the engine has to send of its own, and sends it.
     *
     * @return false when there is no room for it until the transport has taken something.
     */
    boolean sendEngineOutput() {
        if (!engine.hasOutput()) {
            return true;
        }
        try {
            boolean more = true;
            while (more) {
                if (!hasRoomForEngine() && out.flush() == IoStatus.WOULD_BLOCK) {
                    return false;
                }
                TlsEngine.Step step = engine.encrypt(0, 0, out.address(), out.room());
                out.commit(engine.produced());
                more = engine.hasOutput() && (step != TlsEngine.Step.ENDED || engine.produced() > 0);
            }
        } catch (TlsException e) {
            engineFailed(e);
            return true;
        }
        if (out.flush() == IoStatus.FAILED) {
            transportRefused();
        }
        return true;
    }

    /**
     * Says that nothing more will be written, as soon as there is room for it.
     *
     * @return whether it was said.
     */
    boolean sayEnd() {
        endWanted = true;
        if (!endSaid && !working && hasRoomForEngine()) {
            endSaid = true;
            if (!engineBroken) {
                engine.closeOutput();
                sendEngineOutput();
            }
            if (outputFailure == null) {
                outputFailure = new Failure(new TlsException(Reason.OUTPUT_SHUT_DOWN,
                        subject + ": nothing can be written after the output was shut down"), 0);
            }
        }
        return endSaid;
    }

    void startTasks() {
        working = true;
        DelegatedTasks.run(engine, reactor, onTasksDone);
        stayAwake();
    }

    /**
     * Keeps something in flight while the engine is at work: that is how the close of the transport or of the reactor
     * is learned.
     */
    void stayAwake() {
        if (out.isWriting()) {
            return;
        }
        for (int i = 0; i < MAX_READS_AHEAD; i++) {
            if (in.await()) {
                return;
            }
        }
        reactor.defer(vigil);
    }

    /**
     * Is told that the protocol cannot go on. The peer is told too, by an alert.
     */
    void engineFailed(TlsException reason) {
        if (engineBroken) {
            return;
        }
        engineBroken = true;
        failure = new Failure(reason, 0);
        inputFailure = failure;
        outputFailure = failure;
        sendAlert();
        wakeOperations();
    }

    /**
     * Is told that the transport gives nothing more, without an end by the protocol.
     *
     * @return the code for a read.
     */
    int inputEnded(IoStatus how) {
        if (how == IoStatus.FAILED) {
            inputFailure = new Failure(in.failure(), transport.errno());
        } else {
            inputFailure = new Failure(new TlsException(Reason.TRUNCATED, subject + (ready
                    ? ": the peer ended the connection without close_notify, what it sent may be incomplete"
                    : ": the peer ended the connection in the handshake")), 0);
        }
        failure = inputFailure;
        wakeOperations();
        return IoStatus.FAILED.code();
    }

    void transportRefused() {
        if (outputFailure == null || endSaid && !engineBroken) {
            outputFailure = new Failure(out.failure(), transport.errno());
        }
        failure = outputFailure;
    }

    void outputEnded() {
        outputFailure = new Failure(new TlsException(Reason.OUTPUT_SHUT_DOWN,
                subject + ": nothing can be written, the peer has ended the connection"), 0);
    }

    TlsException stuck() {
        return new TlsException(Reason.PROTOCOL_ERROR, subject + ": the engine takes no more data");
    }

    void timedOut(String operation, long timeoutNs) {
        failure = new Failure(new TlsException(Reason.TIMED_OUT,
                subject + ": the " + operation + " timed out after " + time(timeoutNs)), 0);
    }

    /**
     * Makes {@link #failure()} say why reading failed.
     */
    void inputFailed() {
        failure = inputFailure;
    }

    /**
     * Makes {@link #failure()} say why writing failed.
     */
    void outputFailed() {
        failure = outputFailure;
    }

    /**
     * In a handshake the engine's own records are as long as any.
     */
    private boolean hasRoomForEngine() {
        return ready ? out.hasRoomForControl() : out.hasRoom();
    }

    private static String time(long ns) {
        return ns >= 1_000_000 ? ns / 1_000_000 + " ms" : ns + " ns";
    }

    private void sendAlert() {
        for (int i = 0; i < 4 && engine.hasOutput() && hasRoomForEngine(); i++) {
            try {
                engine.encrypt(0, 0, out.address(), out.room());
                out.commit(engine.produced());
            } catch (TlsException e) {
                assert engineBroken; // the same failure, told a second time before the alert
            }
        }
        out.flush();
    }

    private void onTasksDone(Throwable thrown) {
        working = false;
        if (!open) {
            engine.close();
            return;
        }
        if (thrown != null) {
            engineFailed(thrown instanceof TlsException known ? known : new TlsException(Reason.PROTOCOL_ERROR,
                    subject + ": the handshake failed on this side: " + thrown, thrown));
        }
        progress();
        if (open) {
            releaseInput();
        }
    }

    /**
     * Ends what is in flight; not what the handlers start meanwhile.
     */
    private void abort(IoStatus status) {
        int theRead = read.number();
        int theShutdown = shutdown.number();
        int theWrite = write.number();
        handshake.abort(status);
        read.abort(status, theRead);
        shutdown.abort(status, theShutdown);
        write.abort(status, theWrite);
    }

    /**
     * Looks every turn whether the transport is still there, where nothing is in flight that would tell.
     */
    private final class Vigil extends Deferral {
        @Override
        protected void run() {
            if (working && hasTransport()) {
                stayAwake();
            }
        }
    }
}
