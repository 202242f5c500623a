package io.sonic.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Certificates and keys, made with the {@code openssl} command in a temporary directory, once for all tests.
 */
public final class Certificates {
    private static Certificates made;

    final Path directory;

    private Certificates(Path directory) {
        this.directory = directory;
    }

    /**
     * A certificate with its key.
     */
    public record Identity(Path certificate, Path key) {
    }

    public static synchronized Certificates get() {
        OpenSsl.assumePresent();
        if (made == null) {
            try {
                made = new Certificates(Files.createTempDirectory("sonic-tls"));
                Runtime.getRuntime().addShutdownHook(new Thread(made::delete));
                made.make();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return made;
    }

    public Path authority() {
        return directory.resolve("authority.pem");
    }

    /**
     * An authority that signed nothing of the others.
     */
    Path otherAuthority() {
        return directory.resolve("other.pem");
    }

    /**
     * For localhost, 127.0.0.1 and ::1.
     */
    public Identity server() {
        return identity("server");
    }

    Identity rsaServer() {
        return identity("rsa");
    }

    Identity ed25519Server() {
        return identity("ed25519");
    }

    Identity client() {
        return identity("client");
    }

    /**
     * For wrong.example and other.example.
     */
    Identity wrongName() {
        return identity("wrong");
    }

    Identity expired() {
        return identity("expired");
    }

    Identity selfSigned() {
        return identity("selfsigned");
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    private Identity identity(String name) {
        return new Identity(directory.resolve(name + ".pem"), directory.resolve(name + ".key"));
    }

    private void make() throws IOException {
        authority("authority", "Sonic Test Authority");
        authority("other", "Other Authority");
        issue("server", "localhost", "DNS:localhost,IP:127.0.0.1,IP:::1", "365", "EC", "ec_paramgen_curve:P-256");
        issue("rsa", "localhost", "DNS:localhost", "365", "RSA", "rsa_keygen_bits:2048");
        issue("ed25519", "localhost", "DNS:localhost", "365", "ED25519", null);
        issue("client", "trader-7", "DNS:trader-7", "365", "EC", "ec_paramgen_curve:P-256");
        issue("wrong", "wrong.example", "DNS:wrong.example,DNS:other.example", "365", "EC", "ec_paramgen_curve:P-256");
        issue("expired", "localhost", "DNS:localhost", "-1", "EC", "ec_paramgen_curve:P-256");
        OpenSsl.run(directory, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", "selfsigned.key", "-out", "selfsigned.pem", "-days", "365", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost");
    }

    private void authority(String name, String subject) {
        OpenSsl.run(directory, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", name + ".key", "-out", name + ".pem", "-days", "365", "-subj", "/CN=" + subject);
    }

    private void issue(String name, String subject, String alternatives, String days, String algorithm, String option)
            throws IOException {
        Files.writeString(directory.resolve(name + ".ext"), "subjectAltName=" + alternatives + "\n");
        if (option == null) {
            OpenSsl.run(directory, "genpkey", "-algorithm", algorithm, "-out", name + ".key");
        } else {
            OpenSsl.run(directory, "genpkey", "-algorithm", algorithm, "-pkeyopt", option, "-out", name + ".key");
        }
        OpenSsl.run(directory, "req", "-new", "-key", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + subject);
        OpenSsl.run(directory, "x509", "-req", "-in", name + ".csr", "-CA", "authority.pem", "-CAkey", "authority.key",
                "-set_serial", String.valueOf(1 + Math.abs(name.hashCode())), "-days", days, "-extfile", name + ".ext",
                "-out", name + ".pem");
    }

    private void delete() {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            System.err.println("left behind: " + directory + ": " + e);
        }
    }
}
