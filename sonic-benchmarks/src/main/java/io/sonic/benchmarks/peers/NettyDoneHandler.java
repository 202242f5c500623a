package io.sonic.benchmarks.peers;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.concurrent.CompletableFuture;

/**
 * Takes text messages of one frame; everything else ends the measurement with an error.
 */
abstract class NettyDoneHandler extends SimpleChannelInboundHandler<WebSocketFrame> {
    final CompletableFuture<Void> done = new CompletableFuture<>();

    abstract void onOpen(ChannelHandlerContext context);

    abstract void onText(ChannelHandlerContext context, TextWebSocketFrame frame);

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
            onOpen(context);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        if (frame instanceof TextWebSocketFrame text && text.isFinalFragment()) {
            onText(context, text);
        } else {
            fail("expected a text message, got " + frame);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail("the server ended the connection");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        done.completeExceptionally(cause);
    }

    void fail(String message) {
        done.completeExceptionally(new IllegalStateException(message));
    }
}
