package io.sonic.websocket;

import io.sonic.Deferral;
import io.sonic.FifoBuffer;
import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.ReadHandler;
import io.sonic.Stream;
import java.io.IOException;
import java.util.Objects;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The way in: reads as much as there is into one buffer, and hands out the frames in it, one per call of the user, as
 * views.
 *
 * <p>All of it happens in one loop, {@link #pump()}. A handler that asks for the next message is inside of that loop:
 * the call only leaves the handler behind, and the loop goes on with it, so that the stack is as deep for the
 * millionth message as for the first. After {@value #FRAMES_PER_TURN} frames the loop is left to the reactor's next
 * turn.
 */
final class MessageReader implements ReadHandler {
    /**
     * Frames that are handled before others get their turn.
     */
    static final int FRAMES_PER_TURN = 256;

    /**
     * Which way the fragments of the open message go.
     */
    private enum Fragments { NONE, JOINED, HANDED_OUT, DROPPED }

    private final Connection connection;
    private final Reactor reactor;
    private final GrowableFifo storage;
    private final MessageAssembler assembler = new MessageAssembler();
    private final WebSocketStatistics statistics;
    private final Utf8Check utf8Check;
    private final int maxMessageLength;
    private DeflateParameters deflate;
    private MessageInflater inflater;
    private final Deferral resume = new Deferral() {
        @Override
        protected void run() {
            pump();
        }
    };
    private Stream transport;
    private FrameDecoder decoder;
    private FifoBuffer fifo;
    private UnsafeBuffer buffer;
    private int position;
    private int limit;
    private Fragments fragments = Fragments.NONE;

    private MessageHandler messageHandler;
    private FrameHandler frameHandler;
    private boolean pumping;
    private boolean reading;
    private boolean controlWaits;
    /**
     * Reads without a handler, for the sake of control frames and the end of the connection.
     */
    private boolean background;
    /**
     * Whether what comes is dropped unseen; so it is when {@link #end} is set, or {@link #released}.
     */
    private boolean ending;
    private IoStatus end;
    private boolean released;

    MessageReader(Connection connection, WebSocketStream.Context context) throws IOException {
        this.connection = connection;
        reactor = connection.reactor;
        statistics = connection.statistics;
        maxMessageLength = context.maxMessageLength();
        utf8Check = context.utf8Check();
        int capacity = context.readBufferLength();
        storage = new GrowableFifo(capacity);
        useStorage();
    }

    private void useStorage() {
        fifo = storage.fifo();
        buffer = storage.buffer();
        lookAgain();
    }

    /**
     * Where received bytes are kept; the handshake reads into it too, and leaves what follows it.
     */
    FifoBuffer fifo() {
        return fifo;
    }

    /**
     * Lets the peer compress messages, as it was agreed on; before {@link #begin}.
     */
    void deflate(DeflateParameters parameters) {
        deflate = parameters;
    }

    void begin(Stream connected, Role role) {
        transport = connected;
        decoder = new FrameDecoder(role, maxMessageLength, utf8Check, deflate != null);
        lookAgain();
    }

    void nextMessage(MessageHandler handler) {
        checkIdle(handler);
        if (fragments == Fragments.HANDED_OUT) {
            throw new IllegalStateException("the rest of this message has to be read by asyncNextFrame");
        }
        messageHandler = handler;
        start();
    }

    void nextFrame(FrameHandler handler) {
        checkIdle(handler);
        if (fragments == Fragments.JOINED) {
            throw new IllegalStateException("the rest of this message has to be read by asyncNextMessage");
        }
        frameHandler = handler;
        start();
    }

    private void checkIdle(Object handler) {
        Objects.requireNonNull(handler, "handler");
        if (messageHandler != null || frameHandler != null) {
            throw new IllegalStateException("a read is in flight already");
        }
    }

    private void start() {
        if (pumping || reading && end == null || resume.isQueued()) {
            return;
        }
        if (reactor.tryInline()) {
            try {
                pump();
            } finally {
                reactor.endInline();
            }
        } else {
            reactor.defer(resume);
        }
    }

    private boolean isWanted() {
        return messageHandler != null || frameHandler != null || background;
    }

    private void pump() {
        pumping = true;
        try {
            int frames = 0;
            while (isWanted() && advance()) {
                if (++frames == FRAMES_PER_TURN && isWanted()) {
                    reactor.defer(resume);
                    break;
                }
            }
            flushControl();
        } finally {
            pumping = false;
            if (released) {
                free();
            }
        }
    }

    /**
     * Does one step.
     *
     * @return false when there is nothing to do before something happens.
     */
    private boolean advance() {
        if (ending) {
            return advanceToEnd();
        }
        int length = decoder.decode(buffer, position, limit - position);
        if (length > 0) {
            position += length;
            statistics.framesReceived++;
            statistics.bytesReceived += length;
            onFrame();
            return true;
        }
        if (length == FrameDecoder.NEED_MORE) {
            return receive(decoder.requiredLength());
        }
        connection.protocolBroken(decoder.error(), decoder.describeError());
        return true;
    }

    private void onFrame() {
        MessageHandler handler = messageHandler;
        Opcode opcode = decoder.opcode();
        if (decoder.isCompressed()) {
            inflate(opcode);
        } else if (handler != null && decoder.isFinal() && (opcode == Opcode.TEXT || opcode == Opcode.BINARY)) {
            messageHandler = null;
            deliver(handler, opcode, buffer, decoder.payloadOffset(), decoder.payloadLength());
        } else if (opcode.isControl()) {
            onControl(opcode);
        } else if (frameHandler != null && fragments != Fragments.DROPPED) {
            handOut(opcode, buffer, decoder.payloadOffset(), decoder.payloadLength());
        } else {
            join(opcode);
        }
    }

    private void onControl(Opcode opcode) {
        controlWaits = true;
        statistics.pingsReceived += opcode == Opcode.PING ? 1 : 0;
        statistics.pongsReceived += opcode == Opcode.PONG ? 1 : 0;
        connection.onControl(opcode, buffer, decoder.payloadOffset(), decoder.payloadLength());
    }

    /**
     * Inflates a frame, also one that nobody waits for: the messages after it may refer to it.
     */
    private void inflate(Opcode opcode) {
        boolean handedOut = frameHandler != null && fragments != Fragments.DROPPED;
        try {
            if (inflater == null) {
                inflater = new MessageInflater(deflate.peerContextTakeover(), maxMessageLength, utf8Check, statistics);
            }
            ProtocolError error = inflater.inflate(opcode, decoder.isFinal(), !handedOut, buffer,
                decoder.payloadOffset(), decoder.payloadLength());
            if (error != null) {
                connection.protocolBroken(error, error.describe(inflater.messageLength()));
                return;
            }
        } catch (IOException e) {
            connection.outOfMemory(e);
            return;
        }
        if (handedOut) {
            handOut(opcode, inflater.buffer(), inflater.offset(), inflater.length());
        } else if (messageHandler == null && fragments != Fragments.JOINED || fragments == Fragments.DROPPED) {
            fragments = decoder.isFinal() ? Fragments.NONE : Fragments.DROPPED;
        } else {
            fragments = decoder.isFinal() ? Fragments.NONE : Fragments.JOINED;
            if (decoder.isFinal()) {
                deliverJoined(inflater.messageType(), inflater.buffer(), inflater.offset(), inflater.length());
            }
        }
    }

    private void deliverJoined(Opcode type, UnsafeBuffer holder, int offset, int length) {
        MessageHandler handler = messageHandler;
        messageHandler = null;
        if (handler != null) {
            deliver(handler, type, holder, offset, length);
        }
    }

    private void deliver(MessageHandler handler, Opcode type, UnsafeBuffer holder, int offset, int length) {
        if (controlWaits) {
            flushControl();
        }
        statistics.messagesReceived++;
        if (length > statistics.largestMessageReceived) {
            statistics.largestMessageReceived = length;
        }
        reactor.completed();
        try {
            handler.onMessage(IoStatus.OK, type, holder, offset, length);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }

    private void handOut(Opcode opcode, UnsafeBuffer holder, int offset, int length) {
        FrameHandler handler = frameHandler;
        frameHandler = null;
        fragments = decoder.isFinal() ? Fragments.NONE : Fragments.HANDED_OUT;
        statistics.messagesReceived += decoder.isFinal() ? 1 : 0;
        flushControl();
        reactor.completed();
        try {
            handler.onFrame(IoStatus.OK, opcode, decoder.isFinal(), holder, offset, length);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }

    /**
     * Keeps a fragment, or drops it when nobody waits for its message any more.
     */
    private void join(Opcode opcode) {
        if (messageHandler == null && !assembler.isOpen() || fragments == Fragments.DROPPED) {
            fragments = decoder.isFinal() ? Fragments.NONE : Fragments.DROPPED;
            return;
        }
        try {
            assembler.append(opcode, buffer, decoder.payloadOffset(), decoder.payloadLength());
        } catch (IOException e) {
            connection.outOfMemory(e);
            return;
        }
        fragments = decoder.isFinal() ? Fragments.NONE : Fragments.JOINED;
        if (decoder.isFinal()) {
            deliverJoined(assembler.finish(), assembler.buffer(), 0, assembler.length());
        }
    }

    private void flushControl() {
        if (controlWaits) {
            controlWaits = false;
            connection.sender.flush();
        }
    }

    /**
     * Reads more.
     *
     * @param required bytes that have to fit.
     * @return whether bytes came at once.
     */
    private boolean receive(int required) {
        if (reading) {
            return false;
        }
        fifo.consume(position - fifo.readOffset());
        if (position == limit) {
            // Starting over at the front keeps the same few lines of cache in use.
            fifo.reset();
        }
        if (fifo.claim(Math.max(1, required - fifo.readableLength())) < 0 && !grow(required)) {
            return true;
        }
        flushControl();
        if (released || !transport.isOpen()) {
            connection.transportEnded(IoStatus.CLOSED);
            return true;
        }
        lookAgain();
        reading = true;
        transport.asyncRead(buffer, fifo.writeOffset(), fifo.writableLength(), this);
        return !reading;
    }

    private boolean grow(int required) {
        try {
            storage.growTo(required);
            statistics.bufferGrowths++;
            useStorage();
            return true;
        } catch (IOException e) {
            connection.outOfMemory(e);
            return false;
        }
    }

    private void lookAgain() {
        position = fifo.readOffset();
        limit = position + fifo.readableLength();
    }

    @Override
    public void onRead(IoStatus status, int length) {
        reading = false;
        if (released) {
            return;
        }
        fifo.commit(length);
        lookAgain();
        if (status != IoStatus.OK) {
            connection.transportEnded(status);
        }
        if (!pumping) {
            pump();
        }
    }

    private boolean advanceToEnd() {
        if (end != null && (messageHandler != null || frameHandler != null)) {
            complete(end);
            return true;
        }
        if (released) {
            return false;
        }
        position = limit;
        return receive(0);
    }

    private void complete(IoStatus status) {
        MessageHandler message = messageHandler;
        FrameHandler frame = frameHandler;
        if (message == null && frame == null) {
            return;
        }
        messageHandler = null;
        frameHandler = null;
        reactor.completed();
        try {
            if (message != null) {
                message.onMessage(status, null, null, 0, 0);
            } else {
                frame.onFrame(status, null, false, null, 0, 0);
            }
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }

    /**
     * Goes on reading when no handler waits; messages that come then are dropped.
     */
    void readInBackground() {
        background = true;
        start();
    }

    /**
     * Looks at nothing that comes any more.
     */
    void discard() {
        ending = true;
        background = true;
    }

    /**
     * Completes the read that waits, and all that follow, with a status.
     */
    void end(IoStatus status) {
        if (end == null) {
            end = status;
            ending = true;
        }
        complete(end);
    }

    /**
     * Ends the read that waits.
     */
    void abort(IoStatus status) {
        complete(status);
    }

    /**
     * Looks neither at the transport nor at what has come any more.
     */
    void stop() {
        released = true;
        ending = true;
        background = false;
    }

    /**
     * Gives the buffers back; when a handler is looking at them, after it has returned.
     */
    void release() {
        stop();
        if (!pumping) {
            free();
        }
    }

    private void free() {
        storage.close();
        assembler.close();
        if (inflater != null) {
            inflater.close();
            inflater = null;
        }
    }
}
