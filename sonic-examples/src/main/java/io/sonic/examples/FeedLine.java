package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.multicast.MulticastInterface;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A line as its user writes it, for instance {@code 239.1.1.1:30001@eth0} or {@code [ff15::1]:30001@eth0}.
 *
 * @param interfaceName its name, its index, or an address of it.
 */
record FeedLine(InetAddress group, int port, String interfaceName) {

    private static final Pattern FORM = Pattern.compile("(\\[[^]]+]|[^:@]+):(\\d{1,5})@(.+)");

    MulticastInterface networkInterface() throws IOException {
        return MulticastInterface.of(interfaceName);
    }

    /** Formats the line with the port that the system gave. */
    String at(int boundPort) {
        return Endpoint.of(new InetSocketAddress(group, boundPort)).toString();
    }

    /** Takes addresses only: a group has no host name. */
    static final class Converter implements ITypeConverter<FeedLine> {

        @Override
        public FeedLine convert(String text) {
            Matcher parts = FORM.matcher(text);
            if (!parts.matches()) {
                throw new TypeConversionException("'" + text + "' is not GROUP:PORT@INTERFACE");
            }
            String address = parts.group(1);
            InetAddress group = new GroupOptions.GroupConverter().convert(
                    address.startsWith("[") ? address.substring(1, address.length() - 1) : address);
            int port = Integer.parseInt(parts.group(2));
            if (port > ListenOptions.MAX_PORT) {
                throw new TypeConversionException("'" + text + "' has no port of 0 to " + ListenOptions.MAX_PORT);
            }
            return new FeedLine(group, port, parts.group(3));
        }
    }
}
