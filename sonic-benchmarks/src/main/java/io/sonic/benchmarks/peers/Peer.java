package io.sonic.benchmarks.peers;

/**
 * What a peer does, and how every peer's {@code main} ends: status 0 and one last line, 1 with one line on standard
 * error that says what failed, 2 with the usage.
 */
interface Peer {
    String latency(PeerOptions options) throws Exception;

    String rate(PeerOptions options) throws Exception;

    static void run(Peer peer, String... arguments) {
        PeerOptions options = null;
        try {
            options = PeerOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(PeerOptions.USAGE);
            System.exit(2);
        }
        try {
            System.out.println(switch (options.mode()) {
                case LATENCY -> peer.latency(options);
                case RATE -> peer.rate(options);
            });
        } catch (Exception e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            System.err.println("failed: " + cause);
            System.exit(1);
        }
        // Threads that a client leaves behind must not keep the process.
        System.exit(0);
    }
}
