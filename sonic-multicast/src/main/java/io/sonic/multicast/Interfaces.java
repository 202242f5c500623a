package io.sonic.multicast;

import java.io.IOException;
import java.net.NetworkInterface;
import java.util.Map;
import java.util.TreeMap;

/**
 * The list of network interfaces: the system's where native calls are possible, otherwise the JDK's, which lacks those
 * without an address.
 */
final class Interfaces {
    private static boolean isNative = System.getProperty("os.name").startsWith("Linux");

    private Interfaces() {
    }

    static Map<Integer, String> namesByIndex() throws IOException {
        if (isNative) {
            try {
                return LinuxInterfaces.namesByIndex();
            } catch (LinkageError | IllegalCallerException | IllegalStateException denied) {
                isNative = false;
            }
        }
        Map<Integer, String> names = new TreeMap<>();
        NetworkInterface.networkInterfaces().forEach(found -> names.put(found.getIndex(), found.getName()));
        return names;
    }
}
