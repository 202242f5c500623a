package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Certificates and keys as PEM files, made with the JDK's keytool: an authority, a server, a client, a stranger. */
final class PemFiles {

    private static final String PASSWORD = "only-for-tests";

    private final Path folder;

    private PemFiles(Path folder) {
        this.folder = folder;
    }

    /** Makes them all; the folder is the caller's to delete. */
    static PemFiles make(Path folder) throws IOException, GeneralSecurityException, InterruptedException {
        PemFiles files = new PemFiles(folder);
        files.keytool("authority", "-ext", "bc:critical=ca:true");
        files.keytool("server", "-signer", "authority", "-ext", "san=dns:localhost,ip:127.0.0.1");
        files.keytool("client", "-signer", "authority");
        files.keytool("stranger", "-ext", "bc:critical=ca:true");
        files.export();
        return files;
    }

    String certificate(String who) {
        return folder.resolve(who + ".pem").toString();
    }

    String key(String who) {
        return folder.resolve(who + ".key").toString();
    }

    private void keytool(String who, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", who,
                "-dname", "CN=" + who, "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2",
                "-keystore", folder.resolve("all.p12").toString(), "-storepass", PASSWORD));
        command.addAll(List.of(more));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes());
        assertThat(keytool.waitFor()).as(said).isZero();
    }

    private void export() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve("all.p12"))) {
            store.load(in, PASSWORD.toCharArray());
        }
        for (String who : List.of("authority", "server", "client", "stranger")) {
            Files.writeString(Path.of(certificate(who)), pem("CERTIFICATE", store.getCertificate(who).getEncoded()));
            Files.writeString(Path.of(key(who)),
                    pem("PRIVATE KEY", store.getKey(who, PASSWORD.toCharArray()).getEncoded()));
        }
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + type + "-----\n";
    }
}
