package io.sonic.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Makes what the JDK wants of files: who this side is, and whom it trusts.
 */
final class Credentials {
    private Credentials() {
    }

    static KeyManager[] keyManagers(Path certificateFile, Path keyFile) throws IOException, GeneralSecurityException {
        List<X509Certificate> chain = PemFile.read(certificateFile).certificates();
        PrivateKey key = PemFile.read(keyFile).privateKey();
        if (!belongTogether(key, chain.getFirst().getPublicKey())) {
            throw new IOException(keyFile + ": not the private key of the first certificate in " + certificateFile);
        }
        KeyStore store = emptyStore();
        // It never leaves memory.
        char[] password = {};
        store.setKeyEntry("own", key, password, chain.toArray(new X509Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password);
        return factory.getKeyManagers();
    }

    /**
     * Trusts what is in the file, or in the store, or else what the JDK trusts.
     */
    static TrustManager[] trustManagers(Path file, KeyStore given) throws IOException, GeneralSecurityException {
        KeyStore store = given;
        if (file != null) {
            store = emptyStore();
            int number = 0;
            for (X509Certificate certificate : PemFile.read(file).certificates()) {
                store.setCertificateEntry("authority-" + ++number, certificate);
            }
        }
        if (given != null && !hasCertificate(given)) {
            throw new IllegalArgumentException("the key store has no certificate to trust in it");
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        TrustManager[] managers = factory.getTrustManagers();
        for (int i = 0; i < managers.length; i++) {
            if (managers[i] instanceof X509ExtendedTrustManager judge) {
                managers[i] = new ExplainingTrustManager(judge);
            }
        }
        return managers;
    }

    private static boolean hasCertificate(KeyStore store) throws GeneralSecurityException {
        for (String alias : Collections.list(store.aliases())) {
            if (store.isCertificateEntry(alias)) {
                return true;
            }
        }
        return false;
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static boolean belongTogether(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA" -> "EdDSA";
            default -> null; // of others, the handshake will tell
        };
        if (algorithm == null) {
            return true;
        }
        byte[] message = {1, 2, 3};
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(message);
        byte[] signed = signature.sign();
        try {
            signature.initVerify(certified);
        } catch (InvalidKeyException e) {
            return false; // of another algorithm
        }
        signature.update(message);
        return signature.verify(signed);
    }
}
