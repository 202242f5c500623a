package io.sonic.benchmarks.peers;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;

/**
 * Counts what the server sends.
 */
final class NettyCountingHandler extends NettyDoneHandler {
    private final MessageRate rate;

    NettyCountingHandler(MessageRate rate) {
        this.rate = rate;
    }

    @Override
    void onOpen(ChannelHandlerContext context) {
        // The server starts by itself.
    }

    @Override
    void onText(ChannelHandlerContext context, TextWebSocketFrame frame) {
        if (!done.isDone() && !rate.received(frame.content().readableBytes())) {
            done.complete(null);
        }
    }
}
