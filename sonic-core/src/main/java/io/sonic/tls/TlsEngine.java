package io.sonic.tls;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The protocol without I/O: ciphertext goes in and comes out, plaintext is between. What a TLS library is bound to.
 *
 * <p>Memory is given by address, as {@code DirectBuffer.addressOffset()} has it, and belongs to the engine for the
 * time of the call. An engine may keep ciphertext and plaintext inside; then {@link #decrypt} hands it out although no
 * further ciphertext is given, so a reader asks it before it waits for the peer.
 *
 * <p><b>Threading</b>: the reactor's thread. While {@link #runTasks()} runs on another one, nothing else is called.
 */
interface TlsEngine extends AutoCloseable {
    /**
     * The longest record: header, plaintext, and what TLS 1.2 lets a cipher add. RFC 5246, 6.2.3; RFC 8446, 5.2.
     */
    int MAX_RECORD_LENGTH = 5 + 16 * 1024 + 2048;
    /**
     * The most plaintext of a record. RFC 8446, 5.1.
     */
    int MAX_PLAINTEXT_LENGTH = 16 * 1024;

    /**
     * What a call came to, or what is to be done next.
     */
    enum Step {
        /**
         * Something was done; ask again.
         */
        PROGRESS,
        /**
         * More ciphertext of the peer is needed.
         */
        NEEDS_INPUT,
        /**
         * There is ciphertext to fetch by {@code encrypt}.
         */
        NEEDS_OUTPUT,
        /**
         * The plaintext does not fit; nothing was consumed.
         */
        NEEDS_ROOM,
        /**
         * {@link #runTasks()} has to be called first, on a thread that may be slow.
         */
        NEEDS_TASKS,
        /**
         * The handshake is done.
         */
        READY,
        /**
         * Nothing follows: of {@code decrypt}, the peer's {@code close_notify} came; of {@code encrypt}, ours was
         * fetched, or the connection is broken.
         */
        ENDED
    }

    /**
     * What the handshake needs next. At first {@code NEEDS_TASKS}: the keys to offer are made by them too.
     *
     * @return {@code NEEDS_INPUT}, {@code NEEDS_OUTPUT}, {@code NEEDS_TASKS}, {@code READY}, or {@code ENDED} when the
     *         peer has ended it.
     */
    Step next();

    /**
     * Does the slow work of the handshake: keys, certificates, signatures. On another thread.
     */
    void runTasks() throws TlsException;

    /**
     * Takes ciphertext in and gives plaintext out, one record at most.
     *
     * @param ciphertext       address of what came from the peer.
     * @param ciphertextLength bytes of it; may be 0, and may be part of a record.
     * @param plaintext        address to write plaintext to.
     * @param room             bytes of room there; may be 0.
     * @return {@code PROGRESS}, {@code NEEDS_INPUT}, {@code NEEDS_ROOM}, {@code NEEDS_TASKS} or {@code ENDED}.
     * @throws TlsException when the connection is broken; an alert may be left to fetch by {@code encrypt}.
     */
    Step decrypt(long ciphertext, int ciphertextLength, long plaintext, int room) throws TlsException;

    /**
     * Takes plaintext in and gives ciphertext out, one record at most. What the engine has to send of its own comes
     * first; then no plaintext is consumed.
     *
     * @param plaintext       address of what to send.
     * @param plaintextLength bytes of it; 0 fetches only what the engine has to send.
     * @param ciphertext      address to write ciphertext to.
     * @param room            bytes of room there: {@link #MAX_RECORD_LENGTH} at least, or enough for an alert or a
     *                        key update where there is no plaintext and the handshake is done.
     * @return {@code PROGRESS}, {@code NEEDS_TASKS} or {@code ENDED}.
     * @throws TlsException when the connection is broken.
     */
    Step encrypt(long plaintext, int plaintextLength, long ciphertext, int room) throws TlsException;

    /**
     * Bytes that the last {@code decrypt} or {@code encrypt} took.
     */
    int consumed();

    /**
     * Bytes that the last {@code decrypt} or {@code encrypt} wrote.
     */
    int produced();

    /**
     * Tells whether the engine has something to send of its own: a key update, an alert, {@code close_notify}.
     */
    boolean hasOutput();

    /**
     * Ends the output: {@code encrypt} then gives {@code close_notify}.
     */
    void closeOutput();

    /**
     * The version that was agreed on, once the handshake is done.
     */
    TlsVersion version();

    /**
     * The standard name of the cipher suite that was agreed on, once the handshake is done.
     */
    String cipherSuite();

    /**
     * The application protocol that was agreed on (RFC 7301), or an empty string.
     */
    String applicationProtocol();

    /**
     * Tells whether the handshake took up an earlier session.
     */
    boolean isResumed();

    /**
     * The peer's certificate and those that lead to its authority; empty when it sent none.
     */
    List<X509Certificate> peerCertificates();

    /**
     * Gives back what the engine holds. A second call does nothing.
     */
    @Override
    void close();
}
