package io.sonic.websocket;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Masking keys that a peer cannot foresee (RFC 6455, 5.3 and 10.3), a fresh one per frame.
 *
 * <p>They are the key stream of AES-256 in counter mode under a key from {@link SecureRandom}. Asking
 * {@code SecureRandom} itself costs tens of microseconds and garbage at each refill; this costs neither.
 */
final class MaskingKeys {
    private static final int POOL_LENGTH = 1024;
    private static final byte[] ZEROS = new byte[POOL_LENGTH];

    private final Cipher cipher;
    private final byte[] pool = new byte[POOL_LENGTH];
    private final UnsafeBuffer keys = new UnsafeBuffer(pool);
    private int next = POOL_LENGTH;

    MaskingKeys(SecureRandom random) {
        byte[] key = new byte[32];
        byte[] counter = new byte[16];
        random.nextBytes(key);
        random.nextBytes(counter);
        try {
            cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(counter));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no AES/CTR cipher to make masking keys with", e);
        }
    }

    int next() {
        if (next == POOL_LENGTH) {
            refill();
        }
        int key = keys.getInt(next);
        next += Integer.BYTES;
        return key;
    }

    private void refill() {
        try {
            cipher.update(ZEROS, 0, POOL_LENGTH, pool, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the cipher that makes masking keys failed", e);
        }
        next = 0;
    }
}
