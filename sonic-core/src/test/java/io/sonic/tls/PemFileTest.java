package io.sonic.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files as {@code openssl} writes them, and what is wrong with others.
 */
@Timeout(60)
final class PemFileTest {
    @TempDir
    private Path directory;
    private Certificates certificates;

    @BeforeEach
    void make() {
        certificates = Certificates.get();
    }

    @Test
    void readsKeysOfEveryKindInPkcs8() throws IOException {
        assertThat(key(certificates.server().key()).getAlgorithm()).isEqualTo("EC");
        assertThat(key(certificates.rsaServer().key()).getAlgorithm()).isEqualTo("RSA");
        assertThat(key(certificates.ed25519Server().key()).getAlgorithm()).isEqualTo("EdDSA");
    }

    @Test
    void readsAnRsaKeyInPkcs1() throws IOException {
        OpenSsl.run(directory, "rsa", "-in", certificates.rsaServer().key().toString(), "-traditional", "-out", "key");

        assertThat(text("key")).startsWith("-----BEGIN RSA PRIVATE KEY-----");
        assertThat(key("key")).isEqualTo(key(certificates.rsaServer().key()));
    }

    @Test
    void readsAnEcKeyInSec1() throws IOException {
        OpenSsl.run(directory, "ec", "-in", certificates.server().key().toString(), "-out", "key");

        assertThat(text("key")).startsWith("-----BEGIN EC PRIVATE KEY-----");
        assertThat(((ECPrivateKey) key("key")).getS())
                .isEqualTo(((ECPrivateKey) key(certificates.server().key())).getS());
    }

    @Test
    void readsAnEcKeyBehindItsParameters() throws IOException {
        OpenSsl.run(directory, "ecparam", "-name", "secp384r1", "-genkey", "-out", "key");

        assertThat(text("key")).startsWith("-----BEGIN EC PARAMETERS-----");
        assertThat(key("key").getAlgorithm()).isEqualTo("EC");
    }

    @Test
    void readsAKeyBesideItsCertificates() throws IOException {
        Files.writeString(directory.resolve("all"), "# comment\r\n"
                + Files.readString(certificates.server().certificate()).replace("\n", "\r\n")
                + "subject of the authority\n" + Files.readString(certificates.authority())
                + Files.readString(certificates.server().key()));

        PemFile file = PemFile.read(directory.resolve("all"));

        assertThat(file.certificates()).extracting(certificate -> certificate.getSubjectX500Principal().getName())
                .containsExactly("CN=localhost", "CN=Sonic Test Authority");
        assertThat(file.privateKey().getAlgorithm()).isEqualTo("EC");
    }

    @Test
    void saysThatAKeyIsEncrypted() throws IOException {
        OpenSsl.run(directory, "pkey", "-in", certificates.rsaServer().key().toString(), "-aes128", "-passout",
                "pass:secret", "-out", "pkcs8");
        OpenSsl.run(directory, "rsa", "-in", certificates.rsaServer().key().toString(), "-traditional", "-aes128",
                "-passout", "pass:secret", "-out", "pkcs1");

        for (String name : new String[] {"pkcs8", "pkcs1"}) {
            assertThatThrownBy(() -> key(name)).isInstanceOf(IOException.class).hasMessage(directory.resolve(name)
                    + ": the private key is encrypted; \"openssl pkey\" makes one that is not");
        }
    }

    @Test
    void saysThatTheFileIsMissing() {
        assertThatThrownBy(() -> PemFile.read(directory.resolve("absent")))
                .isInstanceOf(NoSuchFileException.class).hasMessage(directory.resolve("absent") + ": no such file");
    }

    @Test
    void saysWhatIsInTheFileInsteadOfWhatShouldBe() throws IOException {
        assertThatThrownBy(() -> key(certificates.authority())).isInstanceOf(IOException.class)
                .hasMessage(certificates.authority() + ": no private key in it, only [CERTIFICATE]");
        assertThatThrownBy(() -> PemFile.read(certificates.server().key()).certificates())
                .isInstanceOf(IOException.class)
                .hasMessage(certificates.server().key() + ": no certificate in it, only [PRIVATE KEY]");
        write("empty", "");
        assertThatThrownBy(() -> key("empty")).isInstanceOf(IOException.class)
                .hasMessageEndingWith("no private key in it, and no PEM block at all");
    }

    @Test
    void saysThatItIsADirectory() {
        assertThatThrownBy(() -> PemFile.read(directory)).isInstanceOf(IOException.class)
                .hasMessage(directory + ": Is a directory");
    }

    @Test
    void saysThatABlockIsDamaged() throws IOException {
        write("endless", "-----BEGIN PRIVATE KEY-----\nMIIE\n");
        assertThatThrownBy(() -> key("endless")).isInstanceOf(IOException.class)
                .hasMessageEndingWith("\"-----BEGIN PRIVATE KEY-----\" has no end");
        write("short", "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> key("short")).isInstanceOf(IOException.class).hasMessageContaining(
                "a private key that is neither of [RSA, EC, EdDSA, RSASSA-PSS], or that is damaged");
        write("sec1", "-----BEGIN EC PRIVATE KEY-----\nMIIE\n-----END EC PRIVATE KEY-----\n");
        assertThatThrownBy(() -> key("sec1")).isInstanceOf(IOException.class)
                .hasMessageContaining("an EC private key that does not name its curve");
        write("certificate", "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----\n");
        assertThatThrownBy(() -> PemFile.read(directory.resolve("certificate")).certificates())
                .isInstanceOf(IOException.class).hasMessageContaining("a certificate that cannot be read");
        write("padding", "-----BEGIN CERTIFICATE-----\nMI=E\n-----END CERTIFICATE-----\n");
        assertThatThrownBy(() -> PemFile.read(directory.resolve("padding")))
                .isInstanceOf(IOException.class).hasMessageContaining("\"CERTIFICATE\" before line 3 is no base64");
    }

    private PrivateKey key(String name) throws IOException {
        return key(directory.resolve(name));
    }

    private static PrivateKey key(Path path) throws IOException {
        return PemFile.read(path).privateKey();
    }

    private String text(String name) throws IOException {
        return Files.readString(directory.resolve(name));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }
}
