package io.sonic.websocket;

import io.sonic.Channel;
import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.SocketOption;
import io.sonic.Stream;
import io.sonic.TcpStream;
import java.io.IOException;
import org.agrona.DirectBuffer;

/**
 * The life of one connection: handshake, messages, end. Its parts tell it what happens, and it tells the others.
 */
final class Connection {
    private enum State { NEW, HANDSHAKING, CONNECTED, ENDED }

    final Reactor reactor;
    final WebSocketStatistics statistics = new WebSocketStatistics();
    final MessageReader reader;
    final FrameSender sender;
    final CloseSequence closing;
    private final ControlHandler controlHandler;
    private Channel owner;
    private boolean deflating;
    private State state = State.NEW;
    private Role role;
    private String subject = "websocket";
    private Stream transport;
    private TcpStream socket;
    private boolean hot;
    private Handshake handshake;
    private HttpHead peerHead;
    private String target;
    private String host;
    private String protocol;
    private IOException failure;
    private int errno;

    Connection(Reactor reactor, WebSocketStream.Context context) throws IOException {
        this.reactor = reactor;
        controlHandler = context.controlHandler();
        reader = new MessageReader(this, context);
        try {
            sender = new FrameSender(this, context.writeBufferLength(), context.maxQueuedLength());
        } catch (IOException e) {
            reader.release();
            throw e;
        }
        closing = new CloseSequence(this, sender, reader, context.closeTimeoutNs());
    }

    /**
     * Has the reactor close a channel when it is closed itself, until the connection has ended.
     */
    void ownedBy(Channel channel) {
        reactor.add(channel);
        owner = channel;
    }

    /**
     * Uses compression, as the handshake has agreed on.
     *
     * @param parameters what was agreed on, or null.
     */
    void deflate(DeflateParameters parameters, PerMessageDeflate options) {
        if (parameters != null) {
            deflating = true;
            reader.deflate(parameters);
            sender.deflate(parameters, options);
        }
    }

    /**
     * Tells the server, for which the connection is up, why it comes to nothing.
     */
    void refuseExtension(String why) {
        sender.begin(transport, role);
        closing.sayGoodbye(CloseCode.MISSING_EXTENSION, why);
    }

    void begin(Role as, String name, Handshake begun) {
        state = State.HANDSHAKING;
        role = as;
        subject = name;
        handshake = begun;
    }

    /**
     * Goes on over a stream; it is closed with the connection.
     */
    void use(Stream stream) {
        transport = stream;
        if (stream instanceof TcpStream tcp) {
            // What TLS, if it follows, goes through.
            socket = tcp;
        }
        if (hot) {
            stream.hot(true);
        }
    }

    void handshakeSucceeded(HttpHead head, String requestTarget, String requestHost, String agreedProtocol) {
        Handshake done = handshake;
        handshake = null;
        done.release();
        peerHead = head;
        target = requestTarget;
        host = requestHost;
        protocol = agreedProtocol;
        state = State.CONNECTED;
        sender.begin(transport, role);
        reader.begin(transport, role);
        done.complete(IoStatus.OK);
    }

    void handshakeFailed(IoStatus status, IOException why, int number) {
        failed(why, number);
        finish(status);
    }

    void onControl(Opcode opcode, DirectBuffer buffer, int offset, int length) {
        if (opcode == Opcode.PING) {
            sender.pong(buffer, offset, length);
        }
        if (controlHandler != null) {
            reactor.completed();
            try {
                controlHandler.onControl(opcode, buffer, offset, length);
            } catch (Throwable t) {
                reactor.handlerFailed(t);
            }
        }
        if (opcode == Opcode.CLOSE && state == State.CONNECTED) {
            closing.onPeerClose(buffer, offset, length);
        }
    }

    void onFlushed() {
        if (state == State.CONNECTED) {
            closing.onFlushed();
        }
    }

    /**
     * Tells the peer that nothing more comes. A server ends the stream first (RFC 6455, 7.1.1).
     */
    void endOutput() {
        if (role == Role.SERVER && transport.isOpen()) {
            try {
                transport.shutdownOutput();
            } catch (IOException e) {
                // The connection is gone already, which the read that follows finds out.
                failed(e, 0);
            }
        }
    }

    /**
     * Has the end of the connection be a reset (the RST of TCP), where it goes over a socket that is known.
     */
    void reset() {
        if (socket != null && socket.isOpen()) {
            try {
                socket.option(SocketOption.LINGER, 0);
            } catch (IOException gone) {
                // There is nothing to be reset any more.
                return;
            }
        }
    }

    void protocolBroken(ProtocolError error, String sentence) {
        failed("the peer broke the protocol: " + sentence);
        closing.fail(error.closeCode(), sentence);
    }

    void outOfMemory(IOException why) {
        failed(new IOException(subject + ": no room to receive: " + why.getMessage(), why), 0);
        closing.fail(CloseCode.INTERNAL_ERROR, "out of memory");
    }

    /**
     * Writing does not work any more; reading may, and says how the connection ended.
     */
    void transportFailed() {
        IOException cause = transport.failure();
        String why = cause == null ? "the connection failed" : cause.getMessage();
        failed(new IOException(subject + ": " + why, cause), transport.errno());
    }

    /**
     * Reading does not work any more.
     */
    void transportEnded(IoStatus status) {
        if (state == State.ENDED) {
            return;
        }
        IoStatus end = closing.onTransportEnded(status);
        if (closing.code() == CloseCode.ABNORMAL && end == IoStatus.END_OF_STREAM) {
            failed("the peer ended the connection without a close frame");
        } else if (closing.code() == CloseCode.ABNORMAL && status == IoStatus.FAILED && failure == null) {
            transportFailed();
        }
        finish(end);
    }

    void failed(String why) {
        failed(new IOException(subject + ": " + why), 0);
    }

    void failed(IOException why, int number) {
        failure = why;
        errno = number;
    }

    /**
     * Ends the connection: gives everything back, then tells who waits.
     */
    void finish(IoStatus status) {
        if (state == State.ENDED) {
            return;
        }
        state = State.ENDED;
        reactor.remove(owner);
        Handshake interrupted = handshake;
        handshake = null;
        reader.stop();
        sender.stop(status);
        if (interrupted != null) {
            interrupted.release();
        }
        if (transport != null) {
            transport.close();
        }
        reader.release();
        sender.release();
        if (interrupted != null) {
            interrupted.complete(status);
        }
        reader.end(status);
        sender.settle();
        closing.settle(status);
    }

    void hot(boolean nowHot) {
        hot = nowHot;
        if (transport != null && transport.isOpen()) {
            transport.hot(nowHot);
        }
    }

    boolean isNew() {
        return state == State.NEW;
    }

    boolean isHandshaking() {
        return state == State.HANDSHAKING;
    }

    boolean isConnected() {
        return state == State.CONNECTED;
    }

    boolean isEnded() {
        return state == State.ENDED;
    }

    boolean isDeflating() {
        return deflating;
    }

    Role role() {
        return role;
    }

    /**
     * What the connection leads to, for messages.
     */
    String subject() {
        return subject;
    }

    void subject(String name) {
        subject = name;
    }

    Stream transport() {
        return transport;
    }

    HttpHead peerHead() {
        return peerHead;
    }

    String target() {
        return target;
    }

    String host() {
        return host;
    }

    String protocol() {
        return protocol;
    }

    IOException failure() {
        return failure;
    }

    int errno() {
        return errno;
    }
}
