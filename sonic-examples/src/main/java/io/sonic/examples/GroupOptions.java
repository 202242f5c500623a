package io.sonic.examples;

import io.sonic.multicast.MulticastInterface;
import io.sonic.multicast.MulticastPeer;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which multicast group, and where. */
final class GroupOptions {

    @Option(names = "--group", paramLabel = "G", required = true, order = 1, converter = GroupConverter.class,
            description = "The group: an address of 224.0.0.0/4 or ff00::/8.")
    InetAddress group;

    @Option(names = "--port", paramLabel = "P", required = true, order = 2, description = "The port of the group.")
    int port;

    @Option(names = "--interface", paramLabel = "I", required = true, order = 3,
            description = "The interface: its name, its index, or an address of it.")
    private String interfaceName;

    MulticastInterface networkInterface() throws IOException {
        return MulticastInterface.of(interfaceName);
    }

    /** Joins the group for all sources, or only for some. */
    void join(MulticastPeer peer, List<InetAddress> sources) throws IOException {
        if (sources.isEmpty()) {
            peer.join(group, networkInterface());
        }
        for (InetAddress source : sources) {
            peer.joinSource(group, source, networkInterface());
        }
    }

    /** Takes addresses only: a group has no host name. */
    static final class GroupConverter implements ITypeConverter<InetAddress> {

        @Override
        public InetAddress convert(String text) {
            InetAddress group;
            try {
                group = InetAddress.ofLiteral(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + text + "' is no address");
            }
            if (!group.isMulticastAddress()) {
                throw new TypeConversionException("'" + text + "' is no multicast group");
            }
            return group;
        }
    }
}
