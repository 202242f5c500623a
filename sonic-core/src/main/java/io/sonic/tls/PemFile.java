package io.sonic.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A text file with certificates or keys between {@code -----BEGIN …-----} and {@code -----END …-----}. RFC 7468.
 *
 * <p>What is between the blocks is a comment.
 */
final class PemFile {
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    private final Path path;
    private final List<Block> blocks;

    private PemFile(Path path, List<Block> blocks) {
        this.path = path;
        this.blocks = blocks;
    }

    /**
     * What is between two marks.
     */
    private record Block(String label, byte[] content) {
    }

    static PemFile read(Path path) throws IOException {
        String text;
        try {
            text = Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(path.toString(), null, "no such file");
        } catch (AccessDeniedException e) {
            throw new AccessDeniedException(path.toString(), null, "permission denied");
        } catch (IOException e) {
            throw new IOException(path + ": " + e.getMessage(), e);
        }
        List<Block> blocks = new ArrayList<>();
        String label = null;
        StringBuilder content = new StringBuilder();
        int number = 0;
        for (String rawLine : text.split("\n")) {
            String line = rawLine.strip();
            number++;
            if (label == null) {
                if (line.startsWith(BEGIN) && line.endsWith(DASHES)) {
                    label = line.substring(BEGIN.length(), line.length() - DASHES.length());
                    content.setLength(0);
                }
            } else if (line.equals(END + label + DASHES)) {
                blocks.add(new Block(label, decode(path, label, content.toString(), number)));
                label = null;
            } else {
                content.append(line).append('\n');
            }
        }
        if (label != null) {
            throw new IOException(path + ": \"" + BEGIN + label + DASHES + "\" has no end");
        }
        return new PemFile(path, blocks);
    }

    /**
     * All certificates, in the order of the file.
     *
     * @return at least one.
     */
    List<X509Certificate> certificates() throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks) {
            if (block.label.equals("CERTIFICATE") || block.label.equals("X509 CERTIFICATE")) {
                certificates.add(certificate(block));
            }
        }
        if (certificates.isEmpty()) {
            throw new IOException(path + ": no certificate in it, " + contents());
        }
        return certificates;
    }

    /**
     * The first private key.
     */
    PrivateKey privateKey() throws IOException {
        byte[] curve = null;
        for (Block block : blocks) {
            switch (block.label) {
                case "PRIVATE KEY":
                    return PrivateKeys.fromPkcs8(path, block.content);
                case "RSA PRIVATE KEY":
                    return PrivateKeys.fromPkcs1(path, requirePlain(block));
                case "EC PRIVATE KEY":
                    return PrivateKeys.fromSec1(path, requirePlain(block), curve);
                case "ENCRYPTED PRIVATE KEY":
                    throw encrypted();
                case "EC PARAMETERS":
                    curve = block.content;
                    break;
                default:
                    break;
            }
        }
        throw new IOException(path + ": no private key in it, " + contents());
    }

    private X509Certificate certificate(Block block) throws IOException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.content));
        } catch (CertificateException e) {
            throw new IOException(path + ": a certificate that cannot be read: " + e.getMessage(), e);
        }
    }

    private byte[] requirePlain(Block block) throws IOException {
        // An encrypted key of the old form has headers (RFC 1421, 4.6), which are no base64.
        if (block.content == null) {
            throw encrypted();
        }
        return block.content;
    }

    private IOException encrypted() {
        return new IOException(path + ": the private key is encrypted; \"openssl pkey\" makes one that is not");
    }

    private String contents() {
        return blocks.isEmpty() ? "and no PEM block at all" : "only " + blocks.stream().map(Block::label).toList();
    }

    private static byte[] decode(Path path, String label, String content, int lineNumber) throws IOException {
        if (content.startsWith("Proc-Type:")) {
            return null;
        }
        try {
            return Base64.getMimeDecoder().decode(content);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    path + ": \"" + label + "\" before line " + lineNumber + " is no base64: " + e.getMessage(), e);
        }
    }
}
