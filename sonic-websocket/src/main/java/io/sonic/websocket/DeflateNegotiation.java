package io.sonic.websocket;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Agrees on permessage-deflate (RFC 7692, 7.1): what a client offers, what a server answers, and what the client makes
 * of it.
 *
 * <p>A client accepts every answer that is legal, asked for or not: servers of exchanges send parameters that were not
 * in the offer. A server declines an offer that it cannot accept, and looks at the next one.
 */
final class DeflateNegotiation {
    private static final String NAME = "permessage-deflate";
    private static final String SERVER_NO_TAKEOVER = "server_no_context_takeover";
    private static final String CLIENT_NO_TAKEOVER = "client_no_context_takeover";
    private static final String SERVER_BITS = "server_max_window_bits";
    private static final String CLIENT_BITS = "client_max_window_bits";
    private static final Set<String> PARAMETERS =
        Set.of(SERVER_NO_TAKEOVER, CLIENT_NO_TAKEOVER, SERVER_BITS, CLIENT_BITS);
    private static final int INVALID = -1;

    private DeflateNegotiation() {
    }

    /**
     * A server's answer to an offer, and what it means for this side.
     */
    record Answer(String field, DeflateParameters parameters) {
    }

    /**
     * Says that a server answered with an extension that is not acceptable. The connection is up for the server, so it
     * is told why it is closed.
     */
    static final class UnacceptableException extends IOException {
        private static final long serialVersionUID = 1L;

        UnacceptableException(String message) {
            super(message);
        }
    }

    /**
     * The value of the field that a client offers the extension with.
     */
    static String offer(PerMessageDeflate options) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (!options.peerContextTakeover()) {
            parameters.put(SERVER_NO_TAKEOVER, null);
        }
        if (!options.contextTakeover()) {
            parameters.put(CLIENT_NO_TAKEOVER, null);
        }
        if (options.peerMaxWindowBits() < PerMessageDeflate.MAX_WINDOW_BITS) {
            parameters.put(SERVER_BITS, Integer.toString(options.peerMaxWindowBits()));
        }
        parameters.put(CLIENT_BITS, null);
        return new Extension(NAME, parameters).toString();
    }

    /**
     * Checks a server's answer.
     *
     * @param options what was offered, or null.
     * @return what was agreed on, or null when the server uses no extension.
     * @throws UnacceptableException when it uses one that was not offered, or in a way that is not legal.
     */
    static DeflateParameters accept(HttpHead head, PerMessageDeflate options) throws UnacceptableException {
        List<Extension> answered;
        try {
            answered = Extension.of(head);
        } catch (IOException e) {
            throw new UnacceptableException(e.getMessage());
        }
        if (answered.isEmpty()) {
            return null;
        }
        Extension first = answered.getFirst();
        if (options == null || !first.name().equals(NAME)) {
            throw new UnacceptableException("it uses the extension " + HttpHeadParser.quote(first.name())
                + ", which was not asked for");
        }
        if (answered.size() > 1) {
            throw new UnacceptableException("it uses a second extension: "
                + HttpHeadParser.quote(answered.get(1).name()));
        }
        return accept(first, options);
    }

    private static DeflateParameters accept(Extension answer, PerMessageDeflate options)
            throws UnacceptableException {
        requireKnown(answer);
        int serverBits = bits(answer, SERVER_BITS, INVALID);
        int clientBits = bits(answer, CLIENT_BITS, INVALID);
        if (serverBits > options.peerMaxWindowBits()) {
            throw new UnacceptableException("it takes a larger window than it was offered: " + SERVER_BITS + "="
                + serverBits + " instead of at most " + options.peerMaxWindowBits());
        }
        return new DeflateParameters(options.contextTakeover() && !answer.parameters().containsKey(CLIENT_NO_TAKEOVER),
            clientBits, !answer.parameters().containsKey(SERVER_NO_TAKEOVER));
    }

    /**
     * Answers a client's offers.
     *
     * @return the answer to the first offer that is acceptable, or null when there is none.
     */
    static Answer answer(HttpHead head, PerMessageDeflate options) {
        List<Extension> offers;
        try {
            offers = Extension.of(head);
        } catch (IOException e) {
            return null;
        }
        for (Extension offer : offers) {
            if (offer.name().equals(NAME)) {
                try {
                    return answer(offer, options);
                } catch (UnacceptableException declined) {
                    // RFC 7692, 7: an offer that cannot be accepted is declined, the next one is looked at.
                    continue;
                }
            }
        }
        return null;
    }

    private static Answer answer(Extension offer, PerMessageDeflate options) throws UnacceptableException {
        requireKnown(offer);
        int serverBits = bits(offer, SERVER_BITS, INVALID);
        int clientBits = bits(offer, CLIENT_BITS, PerMessageDeflate.MAX_WINDOW_BITS);
        boolean serverTakeover = options.contextTakeover() && !offer.parameters().containsKey(SERVER_NO_TAKEOVER);
        boolean clientTakeover = options.peerContextTakeover() && !offer.parameters().containsKey(CLIENT_NO_TAKEOVER);
        Map<String, String> parameters = new LinkedHashMap<>();
        if (!serverTakeover) {
            parameters.put(SERVER_NO_TAKEOVER, null);
        }
        if (!clientTakeover) {
            parameters.put(CLIENT_NO_TAKEOVER, null);
        }
        if (offer.parameters().containsKey(SERVER_BITS)) {
            parameters.put(SERVER_BITS, Integer.toString(serverBits));
        }
        int agreed = Math.min(clientBits, options.peerMaxWindowBits());
        if (offer.parameters().containsKey(CLIENT_BITS) && agreed < PerMessageDeflate.MAX_WINDOW_BITS) {
            parameters.put(CLIENT_BITS, Integer.toString(agreed));
        }
        return new Answer(new Extension(NAME, parameters).toString(),
            new DeflateParameters(serverTakeover, serverBits, clientTakeover));
    }

    private static void requireKnown(Extension extension) throws UnacceptableException {
        for (Map.Entry<String, String> parameter : extension.parameters().entrySet()) {
            if (!PARAMETERS.contains(parameter.getKey())) {
                throw new UnacceptableException(NAME + " has no parameter "
                    + HttpHeadParser.quote(parameter.getKey()));
            }
            boolean flag = parameter.getKey().endsWith("takeover");
            if (flag && parameter.getValue() != null) {
                throw new UnacceptableException("the parameter " + parameter.getKey() + " of " + NAME
                    + " has a value: " + HttpHeadParser.quote(parameter.getValue()));
            }
        }
    }

    /**
     * The value of a parameter that is a number of bits.
     *
     * @param withoutValue what the parameter means without a value, or {@link #INVALID}.
     * @return 8 to 15; 15 when there is no such parameter.
     */
    private static int bits(Extension extension, String name, int withoutValue) throws UnacceptableException {
        if (!extension.parameters().containsKey(name)) {
            return PerMessageDeflate.MAX_WINDOW_BITS;
        }
        String value = extension.parameters().get(name);
        int bits = value == null ? withoutValue : switch (value) {
            // RFC 7692, 7.1.2: a decimal integer without leading zeros.
            case "8", "9", "10", "11", "12", "13", "14", "15" -> Integer.parseInt(value);
            default -> INVALID;
        };
        if (bits == INVALID) {
            throw new UnacceptableException("the parameter " + name + " of " + NAME + " is not 8 to 15: "
                + (value == null ? "it has no value" : HttpHeadParser.quote(value)));
        }
        return bits;
    }
}
