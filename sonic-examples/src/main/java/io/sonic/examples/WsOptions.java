package io.sonic.examples;

import picocli.CommandLine.Option;

/** Which server a websocket client connects to. */
final class WsOptions {

    @Option(names = "--url", paramLabel = "U", required = true, order = 1,
            description = "The server: ws://host[:port][/path][?query].")
    String url;
}
