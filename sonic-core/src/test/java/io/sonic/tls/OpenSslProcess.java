package io.sonic.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An {@code openssl s_server} or {@code s_client} that runs beside a test.
 */
final class OpenSslProcess implements AutoCloseable {
    private static final Pattern ACCEPT = Pattern.compile("ACCEPT \\S*:(\\d+)\\s");

    private final Process process;
    private final StringBuffer output = new StringBuffer();
    private final Thread reader;

    private OpenSslProcess(Process process) {
        this.process = process;
        reader = new Thread(this::collect, "openssl-output");
        reader.setDaemon(true);
        reader.start();
    }

    static OpenSslProcess start(Path directory, String... arguments) {
        OpenSsl.assumePresent();
        try {
            return new OpenSslProcess(new ProcessBuilder(OpenSsl.command(arguments)).directory(directory.toFile())
                    .redirectErrorStream(true).start());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * What it has printed so far.
     */
    String output() {
        return output.toString();
    }

    /**
     * The port that a server listens on.
     *
     * @return 0 as long as it does not.
     */
    int port() {
        Matcher matcher = ACCEPT.matcher(output);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    void type(String text) {
        type(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void type(byte[] bytes) {
        try {
            process.getOutputStream().write(bytes);
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new AssertionError(output(), e);
        }
    }

    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
            reader.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.getOutputStream().close();
    }

    private void collect() {
        byte[] bytes = new byte[4096];
        try (InputStream in = process.getInputStream()) {
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                output.append(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            output.append("[the output broke off: ").append(e).append(']');
        }
    }
}
