package io.sonic.tls;

import io.sonic.Channel;
import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.IoVector;
import io.sonic.Reactor;
import io.sonic.ReadHandler;
import io.sonic.Stream;
import io.sonic.TcpStream;
import io.sonic.WriteHandler;
import io.sonic.tls.TlsException.Reason;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A stream that is encrypted and authenticated by TLS 1.2 or 1.3 (RFC 5246, RFC 8446), above any other stream.
 *
 * <p>After {@link #asyncHandshake} it is read and written as any {@link Stream}. What differs:
 * <ul>
 * <li>{@code asyncRead} and {@code tryRead} give the plaintext of one record at most. What is decrypted already, or
 * came together with it, is there for the next read at once.</li>
 * <li>A read ends with {@link IoStatus#END_OF_STREAM} when the peer has said by {@code close_notify} that nothing
 * follows. A connection that just ends is cut, by accident or by somebody in between: the read ends with
 * {@link IoStatus#FAILED} and {@link Reason#TRUNCATED}.</li>
 * <li>A write ends when the transport has taken all records that were made for it. A record that was begun is sent to
 * its end also when the write was cancelled or timed out, in the background: the bytes that the handler is told are
 * those on their way.</li>
 * <li>What belongs to the protocol after the handshake (key updates, session tickets) is done while reading and
 * writing. A renegotiation is refused.</li>
 * </ul>
 *
 * <p><b>Ownership</b>: the transport belongs to this stream from the time it is made; it is read and written by nobody
 * else, and closed with it. The reactor closes the stream when it is closed itself.
 *
 * <p><b>Threading</b>: the thread that runs the reactor. What is slow in a handshake (signatures, certificates) is
 * done by threads of its own, so that it does not hold up the reactor.
 *
 * <p><b>Allocation</b>: a handshake allocates. A read or a write allocates what the engine does: the JDK's some 1.5 KB
 * per record; this class adds nothing.
 *
 * {@snippet :
 * TlsStream stream = TlsStream.client(tcpStream, context, "example.com", 443);
 * stream.asyncHandshake(status -> {
 *     if (status == IoStatus.OK) {
 *         stream.asyncWriteAll(buffer, 0, length, onWritten);
 *     } else {
 *         System.err.println(stream.failure().getMessage());
 *         stream.close();
 *     }
 * });
 * }
 */
public final class TlsStream implements Stream {
    private final Stream transport;
    private final Reactor reactor;
    private final TlsEngine engine;
    private final String subject;
    private final TlsConnection connection;

    TlsStream(Stream transport, TlsEngine engine, String subject, long handshakeTimeoutNs, long shutdownTimeoutNs) {
        this.transport = transport;
        this.reactor = transport.reactor();
        this.engine = engine;
        this.subject = subject;
        connection = new TlsConnection(this, transport, engine, subject);
        connection.handshake.timeoutNs(handshakeTimeoutNs);
        connection.shutdown.timeoutNs(shutdownTimeoutNs);
        reactor.add(this);
    }

    /**
     * Creates the client's side.
     *
     * @param transport connected, nothing read from it yet; belongs to the stream from now on.
     * @param context   whom to trust, and how to speak.
     * @param host      the host that is meant, a name or a literal address: the server's certificate has to be for it,
     *                  and a name is told to the server.
     * @param port      the port that is meant; host and port together find an earlier session.
     * @return a new stream, the caller's to close.
     * @throws IllegalArgumentException when the host is empty, or the port is not 0 to 65535.
     */
    public static TlsStream client(Stream transport, TlsContext context, String host, int port) {
        Objects.requireNonNull(transport, "transport");
        Objects.requireNonNull(context, "context");
        if (Objects.requireNonNull(host, "host").isBlank() || port < 0 || port > 65_535) {
            throw new IllegalArgumentException("not a host and a port: \"" + host + "\", " + port);
        }
        String subject = "TLS with " + (host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host)
                + ":" + port;
        return new TlsStream(transport, context.clientEngine(host, port, subject), subject,
                context.handshakeTimeoutNs(), context.shutdownTimeoutNs());
    }

    /**
     * Creates the server's side.
     *
     * @param transport accepted, nothing read from it yet; belongs to the stream from now on.
     * @param context   with the server's certificate and key.
     * @return a new stream, the caller's to close.
     * @throws IllegalArgumentException when the context has no certificate.
     */
    public static TlsStream server(Stream transport, TlsContext context) {
        Objects.requireNonNull(transport, "transport");
        Objects.requireNonNull(context, "context");
        String subject = "TLS with client " + peerOf(transport);
        return new TlsStream(transport, context.serverEngine(subject), subject,
                context.handshakeTimeoutNs(), context.shutdownTimeoutNs());
    }

    /**
     * Agrees with the peer on keys, and verifies who it is.
     *
     * <p><b>Completion</b>: the handler gets {@link IoStatus#OK}; {@link IoStatus#TIMED_OUT} when the time of
     * {@link TlsContext.Settings#handshakeTimeoutNs(long)} ran out; {@link IoStatus#CANCELLED} or
     * {@link IoStatus#CLOSED}; or {@link IoStatus#FAILED}, then {@link #failure()} names the peer and the reason and
     * the peer was told by an alert. After any of these but {@code OK}, the stream is of no use but to be closed; only
     * one that was cancelled or timed out can go on, by a further call.
     *
     * @param handler called once.
     * @throws IllegalStateException when a handshake is done or in flight, or the stream is closed.
     */
    public void asyncHandshake(HandshakeHandler handler) {
        checkOpen();
        if (connection.isReady()) {
            throw new IllegalStateException("the handshake is done already: " + subject);
        }
        connection.handshake.start(handler);
    }

    /**
     * Says that nothing more will be written ({@code close_notify}), and waits until the peer has said the same. What
     * the peer still sends goes to the read that is in flight; without one it is dropped. Close the stream afterwards.
     *
     * <p><b>Completion</b>: the handler gets {@link IoStatus#OK}, {@link IoStatus#TIMED_OUT} when the time of
     * {@link TlsContext.Settings#shutdownTimeoutNs(long)} ran out, {@link IoStatus#CANCELLED},
     * {@link IoStatus#CLOSED}, or {@link IoStatus#FAILED}, for instance when the peer just ended the connection.
     *
     * @param handler called once.
     * @throws IllegalStateException when the handshake is not done, or a write or a shutdown is in flight.
     */
    public void asyncShutdown(ShutdownHandler handler) {
        checkReady();
        connection.write.checkIdle();
        connection.shutdown.start(handler);
    }

    @Override
    public void asyncRead(MutableDirectBuffer buffer, int offset, int length, ReadHandler handler) {
        checkReady();
        Channel.checkRegion(buffer, offset, length);
        connection.read.start(buffer, offset, length, false, handler);
    }

    @Override
    public void asyncReadAll(MutableDirectBuffer buffer, int offset, int length, ReadHandler handler) {
        checkReady();
        Channel.checkRegion(buffer, offset, length);
        connection.read.start(buffer, offset, length, true, handler);
    }

    @Override
    public void asyncWrite(DirectBuffer buffer, int offset, int length, WriteHandler handler) {
        checkReady();
        Channel.checkRegion(buffer, offset, length);
        connection.write.start(buffer, offset, length, false, handler);
    }

    @Override
    public void asyncWriteAll(DirectBuffer buffer, int offset, int length, WriteHandler handler) {
        checkReady();
        Channel.checkRegion(buffer, offset, length);
        connection.write.start(buffer, offset, length, true, handler);
    }

    /**
     * Reads what is there, at least one byte and one record at most, into several regions in order.
     */
    @Override
    public void asyncRead(IoVector vector, ReadHandler handler) {
        checkReady();
        connection.read.start(vector, false, handler);
    }

    @Override
    public void asyncReadAll(IoVector vector, ReadHandler handler) {
        checkReady();
        connection.read.start(vector, true, handler);
    }

    /**
     * Writes what can be written of several regions in order, at least one byte. Short regions go into one record.
     */
    @Override
    public void asyncWrite(IoVector vector, WriteHandler handler) {
        checkReady();
        connection.write.start(vector, false, handler);
    }

    @Override
    public void asyncWriteAll(IoVector vector, WriteHandler handler) {
        checkReady();
        connection.write.start(vector, true, handler);
    }

    @Override
    public int tryRead(MutableDirectBuffer buffer, int offset, int length) {
        checkReady();
        Channel.checkRegion(buffer, offset, length);
        connection.read.checkIdle();
        if (length == 0) {
            return 0;
        }
        int result = connection.decrypter.read(buffer.addressOffset() + offset, length);
        if (result == IoStatus.WOULD_BLOCK.code() && connection.in.tryFill()) {
            result = connection.decrypter.read(buffer.addressOffset() + offset, length);
        }
        if (result == IoStatus.FAILED.code()) {
            connection.inputFailed();
        }
        return result == Decrypter.AGAIN ? IoStatus.WOULD_BLOCK.code() : result;
    }

    /**
     * Writes what can be written without waiting. What is taken is sent to the end of its record, in the background
     * where the transport does not take it at once; meanwhile nothing more is taken.
     */
    @Override
    public int tryWrite(DirectBuffer buffer, int offset, int length) {
        checkReady();
        Channel.checkRegion(buffer, offset, length);
        return connection.write.tryWrite(buffer, offset, length);
    }

    @Override
    public void readTimeoutNs(long timeoutNs) {
        checkOpen();
        connection.read.timeoutNs(timeoutNs);
    }

    @Override
    public void writeTimeoutNs(long timeoutNs) {
        checkOpen();
        connection.write.timeoutNs(timeoutNs);
    }

    @Override
    public void cancelRead() {
        assert reactor.checkOwnThread();
        connection.read.abort(IoStatus.CANCELLED);
    }

    @Override
    public void cancelWrite() {
        assert reactor.checkOwnThread();
        connection.write.abort(IoStatus.CANCELLED);
    }

    /**
     * Ends what is in flight, also a handshake or a shutdown, with {@link IoStatus#CANCELLED}.
     */
    @Override
    public void cancel() {
        assert reactor.checkOwnThread();
        connection.cancel();
    }

    /**
     * Tells the peer that nothing more will be written, by {@code close_notify}; reading goes on. A peer that speaks
     * TLS 1.2 answers with its own and ends.
     *
     * @throws IllegalStateException when the handshake is not done, or a write is in flight.
     * @throws IOException           when the connection is broken.
     */
    @Override
    public void shutdownOutput() throws IOException {
        checkReady();
        connection.write.checkIdle();
        connection.shutdownOutput();
    }

    @Override
    public Reactor reactor() {
        return reactor;
    }

    @Override
    public boolean isOpen() {
        return connection.isOpen() && transport.isOpen();
    }

    /**
     * Tells whether the handshake is done, so that the stream can be read and written.
     *
     * @return false before it, and from {@link #close()} on.
     */
    public boolean isReady() {
        return connection.isReady() && isOpen();
    }

    /**
     * The error number of the transport, when it is what failed.
     */
    @Override
    public int errno() {
        return connection.errno();
    }

    /**
     * Describes the last operation that did not end well, in a sentence that names the peer and the reason: a
     * {@link TlsException}, or what the transport says.
     */
    @Override
    public IOException failure() {
        return connection.failure();
    }

    @Override
    public void hot(boolean hot) {
        transport.hot(hot);
    }

    /**
     * The version that was agreed on.
     *
     * @return never null.
     * @throws IllegalStateException when the handshake is not done.
     */
    public TlsVersion version() {
        checkReady();
        return engine.version();
    }

    /**
     * The cipher suite that was agreed on.
     *
     * @return its standard name, for instance {@code TLS_AES_128_GCM_SHA256}.
     * @throws IllegalStateException when the handshake is not done.
     */
    public String cipherSuite() {
        checkReady();
        return engine.cipherSuite();
    }

    /**
     * The application protocol that was agreed on (ALPN).
     *
     * @return its name, or an empty string when there is none.
     * @throws IllegalStateException when the handshake is not done.
     */
    public String applicationProtocol() {
        checkReady();
        return engine.applicationProtocol();
    }

    /**
     * Tells whether the handshake took up an earlier session, which is shorter: no certificates, no signatures.
     *
     * @return whether it was resumed.
     * @throws IllegalStateException when the handshake is not done.
     */
    public boolean isResumed() {
        checkReady();
        return engine.isResumed();
    }

    /**
     * Who the peer is.
     *
     * @return its certificate and those that lead to its authority, or an empty list for a client without one.
     * @throws IllegalStateException when the handshake is not done.
     */
    public List<X509Certificate> peerCertificates() {
        checkReady();
        return engine.peerCertificates();
    }

    /**
     * Ends what is in flight with {@link IoStatus#CLOSED}, on the stack of this call, and closes the transport. When
     * no write is cut by it, the peer is told by {@code close_notify}, without waiting. A second call does nothing.
     */
    @Override
    public void close() {
        assert reactor.checkOwnThread();
        connection.close();
    }

    @Override
    public String toString() {
        return "TlsStream " + subject;
    }

    private void checkOpen() {
        assert reactor.checkOwnThread();
        if (!isOpen()) {
            throw new IllegalStateException("the stream is closed: " + subject);
        }
    }

    private void checkReady() {
        checkOpen();
        if (!connection.isReady()) {
            throw new IllegalStateException("the handshake is not done: " + subject);
        }
    }

    private static String peerOf(Stream transport) {
        if (transport instanceof TcpStream tcp && tcp.remoteAddress() != null) {
            return Endpoint.format(tcp.remoteAddress());
        }
        return transport.toString();
    }
}
