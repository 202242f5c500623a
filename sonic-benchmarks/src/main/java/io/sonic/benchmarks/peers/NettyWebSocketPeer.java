package io.sonic.benchmarks.peers;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;

/**
 * Netty's websocket client.
 */
public final class NettyWebSocketPeer implements Peer {
    private static final int PAYLOAD_LIMIT = 1 << 20;
    private static final int RESPONSE_LIMIT = 8192;

    private NettyWebSocketPeer() {
    }

    /**
     * Runs one measurement and prints its last line.
     *
     * @param arguments the mode and its options
     */
    public static void main(String[] arguments) {
        Peer.run(new NettyWebSocketPeer(), arguments);
    }

    @Override
    public String latency(PeerOptions options) throws Exception {
        RoundTrips roundTrips = new RoundTrips(options);
        runUntilDone(options, new NettyEchoHandler(roundTrips, options.message()));
        return roundTrips.summary("netty");
    }

    @Override
    public String rate(PeerOptions options) throws Exception {
        MessageRate rate = new MessageRate(options);
        runUntilDone(options, new NettyCountingHandler(rate));
        return rate.summary("netty");
    }

    private static void runUntilDone(PeerOptions options, NettyDoneHandler handler) throws Exception {
        WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder()
            .webSocketUri(options.uri())
            .maxFramePayloadLength(PAYLOAD_LIMIT)
            .handleCloseFrames(false)
            .build();
        NettyClient.run(options.uri(), handler.done, () -> new ChannelHandler[] {
            new HttpClientCodec(), new HttpObjectAggregator(RESPONSE_LIMIT), new WebSocketClientProtocolHandler(config),
            handler});
    }
}
