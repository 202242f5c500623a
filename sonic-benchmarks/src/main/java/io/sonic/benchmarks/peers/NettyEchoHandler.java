package io.sonic.benchmarks.peers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.nio.charset.StandardCharsets;

/**
 * Sends the message again as soon as its echo is there.
 */
final class NettyEchoHandler extends NettyDoneHandler {
    private final RoundTrips roundTrips;
    private final ByteBuf message;

    NettyEchoHandler(RoundTrips roundTrips, String message) {
        this.roundTrips = roundTrips;
        this.message = Unpooled.directBuffer().writeBytes(message.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    void onOpen(ChannelHandlerContext context) {
        send(context);
    }

    @Override
    void onText(ChannelHandlerContext context, TextWebSocketFrame echo) {
        boolean more = roundTrips.received();
        if (!message.equals(echo.content())) {
            fail("the echo differs from the message");
        } else if (more) {
            send(context);
        } else {
            done.complete(null);
        }
    }

    private void send(ChannelHandlerContext context) {
        roundTrips.sending();
        context.writeAndFlush(new TextWebSocketFrame(message.retainedDuplicate()), context.voidPromise());
    }
}
