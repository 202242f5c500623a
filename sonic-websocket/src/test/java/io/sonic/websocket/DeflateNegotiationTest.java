package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is offered, answered and accepted for permessage-deflate (RFC 7692, 7.1).
 */
class DeflateNegotiationTest {
    private static HttpHead head(String... values) {
        return new HttpHead("", Arrays.stream(values)
            .map(value -> new HttpHead.Field("sec-websocket-extensions", value)).toList());
    }

    private static DeflateParameters accept(String... answer) throws IOException {
        return DeflateNegotiation.accept(head(answer), new PerMessageDeflate());
    }

    @Test
    void offersWhatIsWanted() {
        assertThat(DeflateNegotiation.offer(new PerMessageDeflate()))
            .isEqualTo("permessage-deflate; client_max_window_bits");
        assertThat(DeflateNegotiation.offer(new PerMessageDeflate().contextTakeover(false).peerContextTakeover(false)
            .peerMaxWindowBits(9))).isEqualTo("permessage-deflate; server_no_context_takeover; "
                + "client_no_context_takeover; server_max_window_bits=9; client_max_window_bits");
    }

    /**
     * The first ones are what Binance, Coinbase and Bitfinex answer.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "permessage-deflate; server_no_context_takeover; client_max_window_bits=15 | true | 15 | false",
        "permessage-deflate; client_no_context_takeover                            | false | 15 | true",
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover | false | 15 | false",
        "permessage-deflate                                                        | true | 15 | true",
        "permessage-deflate;client_max_window_bits=8;server_max_window_bits=15     | true | 8 | true",
        "permessage-deflate ; client_max_window_bits = \"12\" ; server_max_window_bits=8 | true | 12 | true",
        "', permessage-deflate ,'                                                  | true | 15 | true"})
    void acceptsEveryLegalAnswer(String answer, boolean takeover, int bits, boolean peerTakeover) throws IOException {
        assertThat(accept(answer)).isEqualTo(new DeflateParameters(takeover, bits, peerTakeover));
    }

    @Test
    void acceptsThatTheServerUsesNoExtension() throws IOException {
        assertThat(accept()).isNull();
        assertThat(accept("")).isNull();
        assertThat(DeflateNegotiation.accept(head(), null)).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "x-webkit-deflate-frame | it uses the extension 'x-webkit-deflate-frame', which was not asked for",
        "permessage-deflate, permessage-deflate | it uses a second extension: 'permessage-deflate'",
        "permessage-deflate, foo | it uses a second extension: 'foo'",
        "permessage-deflate; foo | permessage-deflate has no parameter 'foo'",
        "permessage-deflate; foo=1 | permessage-deflate has no parameter 'foo'",
        "permessage-deflate; client_max_window_bits=9; client_max_window_bits=9 "
            + "| an extension has a parameter twice: 'client_max_window_bits'",
        "permessage-deflate; client_max_window_bits "
            + "| the parameter client_max_window_bits of permessage-deflate is not 8 to 15: it has no value",
        "permessage-deflate; client_max_window_bits=7 "
            + "| the parameter client_max_window_bits of permessage-deflate is not 8 to 15: '7'",
        "permessage-deflate; client_max_window_bits=16 "
            + "| the parameter client_max_window_bits of permessage-deflate is not 8 to 15: '16'",
        "permessage-deflate; server_max_window_bits=09 "
            + "| the parameter server_max_window_bits of permessage-deflate is not 8 to 15: '09'",
        "permessage-deflate; server_max_window_bits=+9 "
            + "| the parameter server_max_window_bits of permessage-deflate is not 8 to 15: '+9'",
        "permessage-deflate; server_no_context_takeover=1 "
            + "| the parameter server_no_context_takeover of permessage-deflate has a value: '1'",
        "permessage-deflate; =1 | an extension has a malformed parameter: '=1'",
        "permessage-deflate; | an extension has a malformed parameter: ''",
        "perm(essage | an extension has a malformed name: 'perm(essage'"})
    void refusesEveryOtherAnswer(String answer, String sentence) {
        assertThatExceptionOfType(DeflateNegotiation.UnacceptableException.class)
            .isThrownBy(() -> accept(answer)).withMessage(sentence);
    }

    @Test
    void refusesAnExtensionThatWasNotOffered() {
        assertThatExceptionOfType(DeflateNegotiation.UnacceptableException.class)
            .isThrownBy(() -> DeflateNegotiation.accept(head("permessage-deflate"), null))
            .withMessage("it uses the extension 'permessage-deflate', which was not asked for");
        assertThatExceptionOfType(DeflateNegotiation.UnacceptableException.class)
            .isThrownBy(() -> DeflateNegotiation.accept(head("permessage-deflate; server_max_window_bits=10"),
                new PerMessageDeflate().peerMaxWindowBits(9)))
            .withMessage("it takes a larger window than it was offered: server_max_window_bits=10 instead of at most "
                + "9");
        assertThatExceptionOfType(DeflateNegotiation.UnacceptableException.class)
            .isThrownBy(() -> accept("permessage-deflate", "permessage-deflate"))
            .withMessage("it uses a second extension: 'permessage-deflate'");
    }

    private static DeflateNegotiation.Answer answer(PerMessageDeflate options, String... offers) {
        return DeflateNegotiation.answer(head(offers), options);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "permessage-deflate | permessage-deflate | true | 15 | true",
        "permessage-deflate; client_max_window_bits | permessage-deflate | true | 15 | true",
        "permessage-deflate; client_max_window_bits=10 | permessage-deflate; client_max_window_bits=10 "
            + "| true | 15 | true",
        "permessage-deflate; server_max_window_bits=9 | permessage-deflate; server_max_window_bits=9 | true | 9 | true",
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover "
            + "| permessage-deflate; server_no_context_takeover; client_no_context_takeover | false | 15 | false",
        "foo; bar=\"ab\", permessage-deflate; server_max_window_bits=8 "
            + "| permessage-deflate; server_max_window_bits=8 | true | 8 | true",
        "permessage-deflate; foo, permessage-deflate; client_no_context_takeover "
            + "| permessage-deflate; client_no_context_takeover | true | 15 | false"})
    void answersTheFirstOfferThatIsAcceptable(String offer, String answer, boolean takeover, int bits,
                                              boolean peerTakeover) {
        assertThat(answer(new PerMessageDeflate(), offer)).isEqualTo(
            new DeflateNegotiation.Answer(answer, new DeflateParameters(takeover, bits, peerTakeover)));
    }

    @Test
    void answersWithItsOwnWishes() {
        PerMessageDeflate options = new PerMessageDeflate().contextTakeover(false).peerContextTakeover(false)
            .peerMaxWindowBits(10);
        assertThat(answer(options, "permessage-deflate; client_max_window_bits").field()).isEqualTo(
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits=10");
        // RFC 7692, 7.1.2.2: a client that does not know the parameter must not be sent it.
        assertThat(answer(options, "permessage-deflate").field())
            .isEqualTo("permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "foo", "permessage-deflate; foo", "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=16", "permessage-deflate; client_max_window_bits=0",
        "permessage-deflate; client_no_context_takeover=true", "permessage-deflate; server_max_window_bits=9; "
            + "server_max_window_bits=9", "\"", ";;", "permessage-deflate; client_max_window_bits=\"1 2\""})
    void declinesEveryOtherOffer(String offer) {
        assertThat(answer(new PerMessageDeflate(), offer)).isNull();
    }

    @Test
    void refusesOptionsThatAreOutOfRange() {
        PerMessageDeflate options = new PerMessageDeflate();
        for (Runnable wrong : List.<Runnable>of(() -> options.compressionLevel(10), () -> options.compressionLevel(-1),
            () -> options.peerMaxWindowBits(7), () -> options.peerMaxWindowBits(16), () -> options.minLength(-1))) {
            assertThatIllegalArgumentException().isThrownBy(wrong::run).withMessageContaining("must be");
        }
    }
}
