package io.sonic.tls;

import io.sonic.tls.TlsException.Reason;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The engine of the JDK.
 *
 * <p>It works on records in arrays on the heap: with ciphertext off the heap its ciphers copy by chunks, which costs
 * three times as much for a record of 16 KiB and a third more garbage for a short one. So a record is copied once, in
 * one piece, on its way in and out; plaintext is read and written where the user has it.
 *
 * <p>It is only given whole records: asking it about less costs an object and tells nothing.
 */
final class JdkTlsEngine implements TlsEngine {
    private static final int HEADER_LENGTH = 5;
    private static final int LENGTH_OFFSET = 3;
    // RFC 8446, 5.1: what every version says.
    private static final byte[] PROTOCOL = {3, 3};
    // RFC 8446, 5.1; 24 is the heartbeat of RFC 6520.
    private static final int FIRST_CONTENT_TYPE = 20;
    private static final int LAST_CONTENT_TYPE = 24;
    private static final int MAX_QUOTE = 60;
    /**
     * What a session is marked with, so that one that was taken up again is known.
     */
    private static final String KNOWN = "io.sonic.tls.known";

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final String subject;
    /**
     * When the peer was first heard of: a session that is older was taken up.
     */
    private long heardMs;
    private final ByteBuffer inbound = ByteBuffer.allocate(MAX_RECORD_LENGTH);
    private ByteBuffer outbound;
    /**
     * In place of the user's memory, where the JVM does not let a buffer look at it.
     */
    private final ByteBuffer copied;
    private final ByteBufferWindow source = new ByteBufferWindow();
    private final ByteBufferWindow target = new ByteBufferWindow();
    private final UnsafeBuffer memory = new UnsafeBuffer(0, 0);
    private final ByteBuffer[] sources = new ByteBuffer[1];
    private final ByteBuffer[] targets = new ByteBuffer[1];
    private int consumed;
    private int produced;
    private boolean begun;
    private boolean output;
    private boolean ready;
    private boolean resumed;

    /**
     * Takes over an engine that is configured.
     *
     * @param subject in messages: whom it speaks with.
     * @param inPlace whether plaintext may be read and written where it is, see {@link ByteBufferWindow#isAllowed()}.
     */
    JdkTlsEngine(SSLEngine engine, String subject, boolean inPlace) {
        this.engine = engine;
        this.subject = subject;
        outbound = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        copied = inPlace ? null : ByteBuffer.allocate(MAX_RECORD_LENGTH);
    }

    @Override
    public Step next() {
        if (!begun) {
            return Step.NEEDS_TASKS;
        }
        HandshakeStatus status = engine.getHandshakeStatus();
        output = status == HandshakeStatus.NEED_WRAP;
        return switch (status) {
            case NEED_WRAP -> Step.NEEDS_OUTPUT;
            case NEED_TASK -> Step.NEEDS_TASKS;
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> Step.NEEDS_INPUT;
            case NOT_HANDSHAKING, FINISHED -> !ready && engine.isInboundDone() ? Step.ENDED : becomeReady();
        };
    }

    @Override
    public void runTasks() throws TlsException {
        if (!begun) {
            // A client makes its keys here, which takes as long as a signature.
            begun = true;
            try {
                engine.beginHandshake();
            } catch (SSLException | RuntimeException e) {
                throw explain(e);
            }
        }
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    @Override
    public Step decrypt(long ciphertext, int ciphertextLength, long plaintext, int room) throws TlsException {
        consumed = 0;
        produced = 0;
        int length = recordLength(ciphertext, ciphertextLength);
        if (length == 0) {
            return engine.isInboundDone() ? Step.ENDED : Step.NEEDS_INPUT;
        }
        if (heardMs == 0) {
            heardMs = System.currentTimeMillis();
        }
        memory.wrap(ciphertext, length);
        memory.getBytes(0, inbound.array(), 0, length);
        inbound.limit(length).position(0);
        int usable = Math.min(room, MAX_RECORD_LENGTH);
        targets[0] = copied == null ? target.at(plaintext, usable) : copied.clear().limit(usable);
        SSLEngineResult result;
        try {
            result = engine.unwrap(inbound, targets, 0, 1);
        } catch (SSLException | RuntimeException e) {
            throw explain(e);
        }
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
            return Step.NEEDS_ROOM;
        }
        if (result.getStatus() == Status.BUFFER_UNDERFLOW) {
            throw broken("a record whose length is not what it says");
        }
        consumed = result.bytesConsumed();
        produced = result.bytesProduced();
        if (copied != null && produced > 0) {
            memory.wrap(plaintext, produced);
            memory.putBytes(0, copied.array(), 0, produced);
        }
        HandshakeStatus status = result.getHandshakeStatus();
        output = status == HandshakeStatus.NEED_WRAP;
        if (status == HandshakeStatus.NEED_TASK) {
            refuseRenegotiation();
            return Step.NEEDS_TASKS;
        }
        return result.getStatus() == Status.CLOSED ? Step.ENDED : Step.PROGRESS;
    }

    @Override
    public Step encrypt(long plaintext, int plaintextLength, long ciphertext, int room) throws TlsException {
        consumed = 0;
        produced = 0;
        int length = Math.min(plaintextLength, MAX_PLAINTEXT_LENGTH);
        SSLEngineResult result = wrap(plaintext, length);
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
            outbound = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            result = wrap(plaintext, length);
        }
        consumed = result.bytesConsumed();
        produced = result.bytesProduced();
        if (produced > room) {
            throw broken("a record of " + produced + " bytes on its way out");
        }
        if (produced > 0) {
            memory.wrap(ciphertext, produced);
            memory.putBytes(0, outbound.array(), 0, produced);
        }
        HandshakeStatus status = result.getHandshakeStatus();
        output = status == HandshakeStatus.NEED_WRAP;
        if (status == HandshakeStatus.NEED_TASK) {
            return Step.NEEDS_TASKS;
        }
        return result.getStatus() == Status.CLOSED ? Step.ENDED : Step.PROGRESS;
    }

    @Override
    public int consumed() {
        return consumed;
    }

    @Override
    public int produced() {
        return produced;
    }

    @Override
    public boolean hasOutput() {
        return output;
    }

    @Override
    public void closeOutput() {
        engine.closeOutbound();
        output = !engine.isOutboundDone();
    }

    @Override
    public TlsVersion version() {
        return TlsVersion.of(engine.getSession().getProtocol());
    }

    @Override
    public String cipherSuite() {
        return engine.getSession().getCipherSuite();
    }

    @Override
    public String applicationProtocol() {
        String chosen = engine.getApplicationProtocol();
        return chosen == null ? "" : chosen;
    }

    @Override
    public boolean isResumed() {
        return resumed;
    }

    @Override
    public List<X509Certificate> peerCertificates() {
        try {
            Certificate[] chain = engine.getSession().getPeerCertificates();
            return List.of(Arrays.copyOf(chain, chain.length, X509Certificate[].class));
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }

    @Override
    public void close() {
        // The garbage collector has it all.
    }

    private Step becomeReady() {
        if (!ready) {
            ready = true;
            SSLSession session = engine.getSession();
            // The mark is lost where the session came back from the client, in a ticket: that one is older.
            resumed = session.getValue(KNOWN) != null || session.getCreationTime() < heardMs;
            session.putValue(KNOWN, KNOWN);
        }
        return Step.READY;
    }

    private SSLEngineResult wrap(long plaintext, int length) throws TlsException {
        sources[0] = length == 0 ? NOTHING : copied == null ? source.at(plaintext, length) : copy(plaintext, length);
        try {
            return engine.wrap(sources, 0, 1, outbound.clear());
        } catch (SSLException | RuntimeException e) {
            throw explain(e);
        }
    }

    private ByteBuffer copy(long plaintext, int length) {
        memory.wrap(plaintext, length);
        memory.getBytes(0, copied.array(), 0, length);
        return copied.clear().limit(length);
    }

    /**
     * The length of the record that the ciphertext begins with, or 0 when not all of it is there.
     */
    private int recordLength(long ciphertext, int available) throws TlsException {
        if (available == 0) {
            return 0;
        }
        memory.wrap(ciphertext, available);
        byte type = memory.getByte(0);
        if (type < FIRST_CONTENT_TYPE || type > LAST_CONTENT_TYPE) {
            String quote = quote(available);
            alertAbout(type);
            throw ready ? broken("something that is no record: " + quote)
                    : new TlsException(Reason.NOT_TLS, subject + ": the peer does not speak TLS, it sent " + quote);
        }
        if (available < HEADER_LENGTH) {
            return 0;
        }
        int length = HEADER_LENGTH
                + ((memory.getByte(LENGTH_OFFSET) & 0xFF) << 8 | memory.getByte(LENGTH_OFFSET + 1) & 0xFF);
        if (length > MAX_RECORD_LENGTH) {
            alertAbout(type);
            throw broken("a record of " + length + " bytes, more than " + MAX_RECORD_LENGTH);
        }
        return available < length ? 0 : length;
    }

    /**
     * Shows the engine something like what is refused here, a record of that type that is too long: it then has an
     * alert to send.
     */
    private void alertAbout(byte type) {
        inbound.clear().put(type).put(PROTOCOL).putShort((short) 0xFFFF).flip();
        try {
            engine.unwrap(inbound, NOTHING);
        } catch (SSLException | RuntimeException e) {
            output = engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
        }
    }

    /**
     * The first line of what the peer sent as text, or its first bytes.
     */
    private String quote(int available) {
        StringBuilder text = new StringBuilder("\"");
        StringBuilder bytes = new StringBuilder("the bytes");
        boolean printable = true;
        for (int i = 0; i < Math.min(available, MAX_QUOTE); i++) {
            int value = memory.getByte(i) & 0xFF;
            if (value == '\r' || value == '\n') {
                break;
            }
            printable &= value >= ' ' && value < 127;
            text.append((char) value);
            if (i < 8) {
                bytes.append(String.format(" %02x", value));
            }
        }
        return (printable ? text.append('"') : bytes).toString();
    }

    /**
     * Up to TLS 1.2 a handshake can begin anew at any time. It stops the stream of data, repeats what is slow, and
     * has been used for attacks (CVE-2009-3555).
     */
    private void refuseRenegotiation() throws TlsException {
        if (ready && version() == TlsVersion.TLS_1_2) {
            closeOutput();
            throw new TlsException(Reason.RENEGOTIATION_REFUSED,
                    subject + ": the peer asked for a renegotiation, which is refused");
        }
    }

    private TlsException explain(Exception thrown) {
        // An alert may be waiting: what is thrown by a task comes first.
        output = engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
        return JdkFailure.explain(subject, thrown);
    }

    private TlsException broken(String what) {
        return new TlsException(Reason.PROTOCOL_ERROR, subject + ": the peer broke the protocol, " + what);
    }
}
