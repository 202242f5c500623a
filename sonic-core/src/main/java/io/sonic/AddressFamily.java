package io.sonic;

/**
 * The families of addresses, with their numbers in Linux.
 */
enum AddressFamily {
    UNIX(1, "unix domain"),
    IPV4(2, "IPv4"),
    IPV6(10, "IPv6");

    final int number;
    private final String title;

    AddressFamily(int number, String title) {
        this.number = number;
        this.title = title;
    }

    @Override
    public String toString() {
        return title;
    }
}
