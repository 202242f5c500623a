package io.sonic.tls;

import java.security.cert.X509Certificate;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An engine that encrypts nothing and allocates nothing, so that what is measured is what is around it. It holds bytes
 * inside as a library with buffers of its own does: it takes all ciphertext that it is given, and gives the plaintext
 * out from there.
 */
final class PlainEngine implements TlsEngine {
    private static final int HEADER_LENGTH = 2;

    private final boolean answers;

    private final byte[] record = new byte[MAX_RECORD_LENGTH];
    private final byte[] held = new byte[4 * MAX_RECORD_LENGTH];
    private final UnsafeBuffer memory = new UnsafeBuffer(0, 0);
    private int head;
    private int tail;
    private int left;
    private int consumed;
    private int produced;
    private boolean output;

    PlainEngine() {
        this(false);
    }

    /**
     * Creates an engine.
     *
     * @param answers whether it has a record of its own to send for each one with data that it takes, as if the peer
     *                asked for new keys all the time.
     */
    PlainEngine(boolean answers) {
        this.answers = answers;
    }

    @Override
    public Step next() {
        return Step.READY;
    }

    @Override
    public void runTasks() {
        throw new AssertionError("there are none");
    }

    @Override
    public Step decrypt(long ciphertext, int ciphertextLength, long plaintext, int room) {
        consumed = Math.min(ciphertextLength, held.length - tail);
        produced = 0;
        if (consumed > 0) {
            memory.wrap(ciphertext, consumed);
            memory.getBytes(0, held, tail, consumed);
            tail += consumed;
        }
        if (left == 0 && tail - head >= HEADER_LENGTH) {
            left = (held[head] & 0xFF) << 8 | held[head + 1] & 0xFF;
            head += HEADER_LENGTH;
            output |= answers && left > 0;
        }
        produced = Math.min(Math.min(left, tail - head), room);
        if (produced > 0) {
            memory.wrap(plaintext, produced);
            memory.putBytes(0, held, head, produced);
            head += produced;
            left -= produced;
        }
        if (head == tail) {
            head = 0;
            tail = 0;
        }
        return produced > 0 || consumed > 0 ? Step.PROGRESS : Step.NEEDS_INPUT;
    }

    @Override
    public Step encrypt(long plaintext, int plaintextLength, long ciphertext, int room) {
        consumed = output ? 0 : Math.min(plaintextLength, MAX_PLAINTEXT_LENGTH);
        produced = consumed == 0 && !output ? 0 : HEADER_LENGTH + consumed;
        output = false;
        if (produced > 0) {
            memory.wrap(plaintext, consumed);
            memory.getBytes(0, record, HEADER_LENGTH, consumed);
            record[0] = (byte) (consumed >> 8);
            record[1] = (byte) consumed;
            memory.wrap(ciphertext, produced);
            memory.putBytes(0, record, 0, produced);
        }
        return Step.PROGRESS;
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
        // Nothing to say.
    }

    @Override
    public TlsVersion version() {
        return TlsVersion.TLS_1_3;
    }

    @Override
    public String cipherSuite() {
        return "none";
    }

    @Override
    public String applicationProtocol() {
        return "";
    }

    @Override
    public boolean isResumed() {
        return false;
    }

    @Override
    public List<X509Certificate> peerCertificates() {
        return List.of();
    }

    @Override
    public void close() {
        // Nothing to give back.
    }
}
