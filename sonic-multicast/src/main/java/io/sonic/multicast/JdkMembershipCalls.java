package io.sonic.multicast;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The calls as the JDK has them, for the nio backend: a key for a group, or for each source of one.
 */
final class JdkMembershipCalls implements MembershipCalls {
    private final DatagramChannel channel;
    private final Map<Place, List<MembershipKey>> keys = new HashMap<>();

    /**
     * A group on an interface.
     */
    private record Place(InetAddress group, int index) {
    }

    JdkMembershipCalls(DatagramChannel channel) {
        this.channel = channel;
    }

    @Override
    public void joinGroup(InetAddress group, MulticastInterface on) throws IOException {
        NetworkInterface networkInterface = find(on);
        call("join " + MembershipCalls.describe(group, on),
                () -> add(group, on, channel.join(group, networkInterface)));
    }

    @Override
    public void leaveGroup(InetAddress group, MulticastInterface on) {
        leaveGroupIfJoined(group, on);
    }

    @Override
    public void leaveGroupIfJoined(InetAddress group, MulticastInterface on) {
        List<MembershipKey> joined = keys.remove(new Place(group, on.index()));
        if (joined != null) {
            joined.forEach(MembershipKey::drop);
        }
    }

    @Override
    public void joinSource(InetAddress group, MulticastInterface on, InetAddress source, boolean first)
            throws IOException {
        NetworkInterface networkInterface = find(on);
        call("join source " + source.getHostAddress() + " of " + MembershipCalls.describe(group, on),
                () -> add(group, on, channel.join(group, networkInterface, source)));
    }

    @Override
    public void leaveSource(InetAddress group, MulticastInterface on, InetAddress source) {
        List<MembershipKey> joined = joined(group, on);
        for (MembershipKey key : List.copyOf(joined)) {
            if (source.equals(key.sourceAddress())) {
                key.drop();
                joined.remove(key);
            }
        }
    }

    @Override
    public void blockSource(InetAddress group, MulticastInterface on, InetAddress source) throws IOException {
        call("block source " + source.getHostAddress() + " of " + MembershipCalls.describe(group, on),
                () -> joined(group, on).getFirst().block(source));
    }

    @Override
    public void unblockSource(InetAddress group, MulticastInterface on, InetAddress source) throws IOException {
        call("unblock source " + source.getHostAddress() + " of " + MembershipCalls.describe(group, on),
                () -> joined(group, on).getFirst().unblock(source));
    }

    /**
     * Leaves the group and joins it again: not in one step, as the JDK has none.
     */
    @Override
    public void replaceFilter(
            InetAddress group, MulticastInterface on, FilterMode mode, Collection<InetAddress> sources)
            throws IOException {
        leaveGroupIfJoined(group, on);
        if (mode == FilterMode.INCLUDE) {
            for (InetAddress source : sources) {
                joinSource(group, on, source, false);
            }
        } else {
            joinGroup(group, on);
            for (InetAddress source : sources) {
                blockSource(group, on, source);
            }
        }
    }

    private List<MembershipKey> joined(InetAddress group, MulticastInterface on) {
        return keys.computeIfAbsent(new Place(group, on.index()), place -> new ArrayList<>());
    }

    private void add(InetAddress group, MulticastInterface on, MembershipKey key) {
        joined(group, on).add(key);
    }

    private static NetworkInterface find(MulticastInterface on) throws IOException {
        NetworkInterface found = NetworkInterface.getByIndex(on.index());
        if (found == null) {
            throw new SocketException("the JDK knows no interface " + on + ": it has no address, or is gone");
        }
        return found;
    }

    private static void call(String what, JdkCall call) throws IOException {
        try {
            call.run();
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            throw new SocketException(what + ": not possible on the nio backend: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new SocketException(what + ": " + e.getMessage(), e);
        }
    }

    @FunctionalInterface
    private interface JdkCall {
        void run() throws IOException;
    }
}
