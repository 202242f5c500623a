package io.sonic.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;

/**
 * Private keys in the three forms that files have them in. The JDK reads PKCS #8 (RFC 5958); the older two are put into
 * its envelope: PKCS #1 (RFC 8017, A.1.2) for RSA, SEC 1 (RFC 5915) for elliptic curves.
 */
final class PrivateKeys {
    private static final String[] ALGORITHMS = {"RSA", "EC", "EdDSA", "RSASSA-PSS"};

    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int SEQUENCE = 0x30;
    /**
     * The parameters of a SEC 1 key: the curve.
     */
    private static final int PARAMETERS = 0xA0;
    private static final byte[] VERSION_0 = {INTEGER, 1, 0};
    // 1.2.840.113549.1.1.1 with NULL for parameters. RFC 8017, A.1.
    private static final byte[] RSA = {SEQUENCE, 13, OBJECT_IDENTIFIER, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86,
        (byte) 0xF7, 0x0D, 1, 1, 1, 5, 0};
    // 1.2.840.10045.2.1. RFC 5480, 2.1.1.
    private static final byte[] EC_PUBLIC_KEY = {OBJECT_IDENTIFIER, 7, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 2,
        1};

    private PrivateKeys() {
    }

    static PrivateKey fromPkcs8(Path path, byte[] der) throws IOException {
        GeneralSecurityException reason = null;
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException e) {
                reason = e; // of another algorithm, or damaged
            } catch (GeneralSecurityException e) {
                throw new IOException(path + ": this JDK has no " + algorithm + " keys", e);
            }
        }
        throw new IOException(path + ": a private key that is neither of " + Arrays.toString(ALGORITHMS)
                + ", or that is damaged", reason);
    }

    static PrivateKey fromPkcs1(Path path, byte[] der) throws IOException {
        return fromPkcs8(path, element(SEQUENCE, VERSION_0, RSA, element(OCTET_STRING, der)));
    }

    /**
     * Reads a key of an elliptic curve.
     *
     * @param curve what an earlier block of the file says of the curve, or null; the key itself mostly names it.
     */
    static PrivateKey fromSec1(Path path, byte[] der, byte[] curve) throws IOException {
        byte[] named = curveOf(der);
        if (named == null) {
            named = curve;
        }
        if (named == null) {
            throw new IOException(path + ": an EC private key that does not name its curve");
        }
        byte[] algorithm = element(SEQUENCE, EC_PUBLIC_KEY, named);
        return fromPkcs8(path, element(SEQUENCE, VERSION_0, algorithm, element(OCTET_STRING, der)));
    }

    /**
     * The identifier of the curve in {@code SEQUENCE { version, key, [0] curve, … }}, or null.
     */
    private static byte[] curveOf(byte[] der) {
        try {
            int position = contentOf(der, 0);
            position = endOf(der, position);
            position = endOf(der, position);
            if (position >= der.length || (der[position] & 0xFF) != PARAMETERS) {
                return null;
            }
            return Arrays.copyOfRange(der, contentOf(der, position), endOf(der, position));
        } catch (IndexOutOfBoundsException e) {
            return null; // damaged: the JDK says so later
        }
    }

    private static int contentOf(byte[] der, int position) {
        int first = der[position + 1] & 0xFF;
        return position + 2 + (first < 0x80 ? 0 : first & 0x7F);
    }

    private static int endOf(byte[] der, int position) {
        int content = contentOf(der, position);
        int length = der[position + 1] & 0xFF;
        if (length >= 0x80) {
            length = 0;
            for (int i = position + 2; i < content; i++) {
                length = length << 8 | der[i] & 0xFF;
            }
        }
        if (length < 0 || length > der.length - content) {
            throw new IndexOutOfBoundsException(length);
        }
        return content + length;
    }

    private static byte[] element(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        int lengthBytes = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x1_0000 ? 2 : 3;
        byte[] element = new byte[2 + lengthBytes + length];
        element[0] = (byte) tag;
        element[1] = (byte) (lengthBytes == 0 ? length : 0x80 | lengthBytes);
        for (int i = 0; i < lengthBytes; i++) {
            element[2 + i] = (byte) (length >>> 8 * (lengthBytes - 1 - i));
        }
        int position = 2 + lengthBytes;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, element, position, part.length);
            position += part.length;
        }
        return element;
    }
}
