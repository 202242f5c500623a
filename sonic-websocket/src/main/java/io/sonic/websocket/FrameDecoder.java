package io.sonic.websocket;

import java.nio.ByteOrder;
import java.util.Objects;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Finds frames in bytes: no socket, no clock, no thread, no copy.
 *
 * <p>The caller keeps received bytes in a buffer and asks {@link #decode} for the frame at the front. A payload is
 * unmasked in place, and checked to be UTF-8 as far as it is there, also when its frame is not complete. Between
 * calls bytes may be appended and the bytes may move as a whole, but must not change.
 *
 * <p>It holds the peer to RFC 6455: reserved bits and opcodes, masking by role, minimal lengths, control frames, the
 * order of fragments, close payloads, UTF-8. A length over the limit is refused by the header, before the payload is
 * waited for.
 *
 * <p><b>Allocation</b>: none.
 */
public final class FrameDecoder {
    /**
     * What {@link #decode} returns when the frame at the front is not complete.
     */
    public static final int NEED_MORE = 0;
    /**
     * What {@link #decode} returns when the peer broke the protocol: see {@link #error()}.
     */
    public static final int ERROR = -1;

    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int COMPRESSED = 0x40;
    private static final int MASK = 0x80;
    private static final int WHOLE_TEXT = FIN | 0x1;
    private static final int WHOLE_BINARY = FIN | 0x2;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MAX_CONTROL_LENGTH = 125;
    private static final int MAX_COMPRESSED_LENGTH = 512 * 1024 * 1024 - 64;

    private final Utf8Validator utf8 = new Utf8Validator();
    // One of its own for close reasons: a text message may be open.
    private final Utf8Validator closeReason = new Utf8Validator();
    private final Utf8Check utf8Check;
    private final int maxMessageLength;
    private final int maxCompressedLength;
    private final int maskBit;
    private final int keyLength;

    private Opcode messageType;
    private boolean messageCompressed;
    private int messageLength;
    private int seen;

    private Opcode opcode;
    private boolean isFinal;
    private boolean isCompressed;
    private int payloadOffset;
    private int payloadLength;
    private int requiredLength;

    private ProtocolError error;
    private long culprit;

    /**
     * Creates a decoder for one connection.
     *
     * @param role             of this side: a client expects frames that are not masked, a server masked ones.
     * @param maxMessageLength the most bytes that a message may have, all its fragments together.
     * @throws IllegalArgumentException when {@code maxMessageLength} is negative.
     */
    public FrameDecoder(Role role, int maxMessageLength) {
        this(role, maxMessageLength, Utf8Check.STRICT, false);
    }

    /**
     * Creates a decoder for one connection.
     *
     * @param role             of this side.
     * @param maxMessageLength the most bytes that a message may have, all its fragments together. A compressed one may
     *                         have a little more; what it inflates to is the caller's to limit.
     * @param utf8Check        when text is checked. Text that is compressed is the caller's to check.
     * @param deflate          whether permessage-deflate was agreed on: the first frame of a message may have RSV1 set
     *                         (RFC 7692, 6), see {@link #isCompressed()}.
     * @throws IllegalArgumentException when {@code maxMessageLength} is negative.
     */
    public FrameDecoder(Role role, int maxMessageLength, Utf8Check utf8Check, boolean deflate) {
        if (maxMessageLength < 0) {
            throw new IllegalArgumentException("a message cannot have at most " + maxMessageLength + " bytes");
        }
        this.maxMessageLength = maxMessageLength;
        this.utf8Check = Objects.requireNonNull(utf8Check, "utf8Check");
        // What cannot be compressed becomes longer by a few bytes per block and per flush.
        maxCompressedLength = deflate
            ? (int) Math.min(maxMessageLength + (maxMessageLength >> 3) + 1024L, MAX_COMPRESSED_LENGTH) : -1;
        boolean masked = role == Role.SERVER;
        maskBit = masked ? MASK : 0;
        keyLength = masked ? Integer.BYTES : 0;
    }

    /**
     * Decodes the frame at the front.
     *
     * @param buffer    holds what was received; the payload is unmasked in it.
     * @param offset    of the first byte of the frame.
     * @param available bytes from there on.
     * @return the length of the frame, header and payload, or {@link #NEED_MORE}, or {@link #ERROR}, again and again.
     */
    public int decode(UnsafeBuffer buffer, int offset, int available) {
        if (available >= 4 && seen == 0 && messageType == null) {
            int first = buffer.getByte(offset) & 0xFF;
            int length = buffer.getByte(offset + 1) & 0xFF ^ maskBit;
            if ((first == WHOLE_TEXT || first == WHOLE_BINARY) && length <= LENGTH_16) {
                int headerLength = 2 + keyLength;
                if (length == LENGTH_16) {
                    length = buffer.getShort(offset + 2, ByteOrder.BIG_ENDIAN) & 0xFFFF;
                    headerLength += 2;
                    if (length < LENGTH_16) {
                        return decodeStepwise(buffer, offset, available);
                    }
                }
                if (headerLength + length <= available && length <= maxMessageLength) {
                    return wholeMessage(buffer, offset, first == WHOLE_TEXT, headerLength, length);
                }
            }
        }
        return decodeStepwise(buffer, offset, available);
    }

    private int wholeMessage(UnsafeBuffer buffer, int offset, boolean text, int headerLength, int length) {
        int start = offset + headerLength;
        if (keyLength != 0) {
            Masking.apply(buffer, start, length, buffer.getInt(start - Integer.BYTES), 0);
        }
        if (text && utf8Check != Utf8Check.OFF && !Utf8Validator.isAscii(buffer, start, length)
                && !isUtf8(buffer, start, length)) {
            return fail(ProtocolError.INVALID_UTF8, length);
        }
        opcode = text ? Opcode.TEXT : Opcode.BINARY;
        isFinal = true;
        isCompressed = false;
        payloadOffset = start;
        payloadLength = length;
        return headerLength + length;
    }

    private boolean isUtf8(UnsafeBuffer buffer, int offset, int length) {
        utf8.reset();
        return utf8.accept(buffer, offset, length) && utf8.isComplete();
    }

    private int decodeStepwise(UnsafeBuffer buffer, int offset, int available) {
        if (error != null) {
            return ERROR;
        }
        requiredLength = 2;
        if (available >= 1 && !acceptFirst(buffer.getByte(offset) & 0xFF)) {
            return ERROR;
        }
        if (available < 2) {
            return NEED_MORE;
        }
        int second = buffer.getByte(offset + 1) & 0xFF ^ maskBit;
        if (!acceptSecond(second)) {
            return ERROR;
        }
        int headerLength = 2 + keyLength + (second == LENGTH_16 ? 2 : second == LENGTH_64 ? 8 : 0);
        requiredLength = headerLength;
        if (available < headerLength - keyLength) {
            return NEED_MORE;
        }
        long length = second == LENGTH_16 ? buffer.getShort(offset + 2, ByteOrder.BIG_ENDIAN) & 0xFFFF
            : second == LENGTH_64 ? buffer.getLong(offset + 2, ByteOrder.BIG_ENDIAN) : second;
        if (!acceptLength(second, length)) {
            return ERROR;
        }
        if (available < headerLength) {
            return NEED_MORE;
        }
        payloadOffset = offset + headerLength;
        payloadLength = (int) length;
        requiredLength = (int) Math.min(headerLength + length, Integer.MAX_VALUE);
        return opcode.isControl() ? control(buffer, available) : data(buffer, available, headerLength);
    }

    private boolean acceptFirst(int first) {
        Opcode next = Opcode.of(first);
        boolean begins = next == Opcode.TEXT || next == Opcode.BINARY;
        boolean compressed = maxCompressedLength >= 0 && begins && (first & RESERVED) == COMPRESSED;
        if ((first & RESERVED) != 0 && !compressed) {
            return refuse(ProtocolError.RESERVED_BITS, first);
        }
        if (next == null) {
            return refuse(ProtocolError.RESERVED_OPCODE, first & 0xF);
        }
        opcode = next;
        isCompressed = begins ? compressed : next == Opcode.CONTINUATION && messageCompressed;
        isFinal = (first & FIN) != 0;
        if (next.isControl()) {
            return isFinal || refuse(ProtocolError.FRAGMENTED_CONTROL_FRAME, next.code());
        }
        if (next == Opcode.CONTINUATION) {
            return messageType != null || refuse(ProtocolError.UNEXPECTED_CONTINUATION, first);
        }
        return messageType == null || refuse(ProtocolError.EXPECTED_CONTINUATION, next.code());
    }

    private boolean acceptSecond(int second) {
        if ((second & MASK) != 0) {
            return refuse(keyLength == 0 ? ProtocolError.MASKED_SERVER_FRAME : ProtocolError.UNMASKED_CLIENT_FRAME,
                opcode.code());
        }
        return !opcode.isControl() || second <= MAX_CONTROL_LENGTH
            || refuse(ProtocolError.LONG_CONTROL_FRAME, opcode.code());
    }

    private boolean acceptLength(int second, long length) {
        if (length < 0) {
            return refuse(ProtocolError.LENGTH_OUT_OF_RANGE, length);
        }
        if (second == LENGTH_16 && length < LENGTH_16 || second == LENGTH_64 && length <= 0xFFFF) {
            return refuse(ProtocolError.LENGTH_NOT_MINIMAL, length);
        }
        return opcode.isControl() || length <= (isCompressed ? maxCompressedLength : maxMessageLength) - messageLength
            || refuse(ProtocolError.MESSAGE_TOO_LONG, messageLength + length);
    }

    private int control(UnsafeBuffer buffer, int available) {
        if (available < requiredLength) {
            return NEED_MORE;
        }
        if (keyLength != 0) {
            Masking.apply(buffer, payloadOffset, payloadLength, buffer.getInt(payloadOffset - Integer.BYTES), 0);
        }
        if (opcode == Opcode.CLOSE && !acceptClosePayload(buffer)) {
            return ERROR;
        }
        return requiredLength;
    }

    private boolean acceptClosePayload(UnsafeBuffer buffer) {
        if (payloadLength == 0) {
            return true;
        }
        if (payloadLength == 1) {
            return refuse(ProtocolError.SHORT_CLOSE_PAYLOAD, 1);
        }
        int code = buffer.getShort(payloadOffset, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        if (!CloseCode.isValidOnWire(code)) {
            return refuse(ProtocolError.INVALID_CLOSE_CODE, code);
        }
        return closeReason.accept(buffer, payloadOffset + 2, payloadLength - 2) && closeReason.isComplete()
            || refuse(ProtocolError.INVALID_CLOSE_REASON, code);
    }

    private int data(UnsafeBuffer buffer, int available, int headerLength) {
        int present = Math.min(available - headerLength, payloadLength);
        if (utf8Check != Utf8Check.STRICT && present < payloadLength) {
            return NEED_MORE;
        }
        boolean text = !isCompressed && utf8Check != Utf8Check.OFF
            && (opcode == Opcode.CONTINUATION ? messageType : opcode) == Opcode.TEXT;
        if (seen == 0 && opcode == Opcode.TEXT) {
            utf8.reset();
        }
        if (present > seen) {
            int start = payloadOffset + seen;
            if (keyLength != 0) {
                Masking.apply(buffer, start, present - seen, buffer.getInt(payloadOffset - Integer.BYTES), seen);
            }
            if (text && !utf8.accept(buffer, start, present - seen)) {
                return fail(ProtocolError.INVALID_UTF8, messageLength + (long) present);
            }
            seen = present;
        }
        if (present < payloadLength) {
            return NEED_MORE;
        }
        if (text && isFinal && !utf8.isComplete()) {
            return fail(ProtocolError.INVALID_UTF8, messageLength + (long) present);
        }
        seen = 0;
        if (isFinal) {
            messageType = null;
            messageLength = 0;
        } else {
            messageType = opcode == Opcode.CONTINUATION ? messageType : opcode;
            messageCompressed = isCompressed;
            messageLength += payloadLength;
        }
        return headerLength + payloadLength;
    }

    private boolean refuse(ProtocolError reason, long number) {
        fail(reason, number);
        return false;
    }

    private int fail(ProtocolError reason, long number) {
        error = reason;
        culprit = number;
        // Keeps the fast path from being taken again.
        seen = -1;
        return ERROR;
    }

    /**
     * What the frame is.
     *
     * @return the opcode of the frame that was decoded last.
     */
    public Opcode opcode() {
        return opcode;
    }

    /**
     * Tells whether the frame is the last of its message.
     *
     * @return the FIN bit of the frame that was decoded last.
     */
    public boolean isFinal() {
        return isFinal;
    }

    /**
     * Tells whether the payload is compressed: whether its message began with RSV1 set (RFC 7692, 6). It is handed out
     * as it came, and text is not checked.
     *
     * @return false unless permessage-deflate was agreed on.
     */
    public boolean isCompressed() {
        return isCompressed;
    }

    /**
     * Where the payload starts.
     *
     * @return offset in the buffer given to {@link #decode}.
     */
    public int payloadOffset() {
        return payloadOffset;
    }

    /**
     * The length of the payload of the frame that was decoded last.
     *
     * @return bytes.
     */
    public int payloadLength() {
        return payloadLength;
    }

    /**
     * How many bytes the frame at the front has, as far as it is known after {@link #NEED_MORE}.
     *
     * @return the length of the whole frame once its header is complete, else of the header as far as it is known.
     */
    public int requiredLength() {
        return requiredLength;
    }

    /**
     * How the peer broke the protocol.
     *
     * @return the first error, or null.
     */
    public ProtocolError error() {
        return error;
    }

    /**
     * Describes how the peer broke the protocol.
     *
     * @return a new sentence without a full stop, or null when there was no error.
     */
    public String describeError() {
        return error == null ? null : error.describe(culprit);
    }
}
