package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
final class EndpointTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 80, 127.0.0.1:80",
        "0.0.0.0, 0, 0.0.0.0:0",
        "255.255.255.255, 65535, 255.255.255.255:65535",
        "::1, 443, [0:0:0:0:0:0:0:1]:443",
        "2001:db8::8:800:200c:417a, 1, [2001:db8:0:0:8:800:200c:417a]:1",
    })
    void keepsAnAddressAndAPort(String literal, int port, String text) throws UnknownHostException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(literal), port);
        Endpoint endpoint = Endpoint.of(address);

        assertThat(endpoint.toInetSocketAddress()).isEqualTo(address);
        assertThat(endpoint.port()).isEqualTo(port);
        assertThat(endpoint.isSet()).isTrue();
        assertThat(endpoint.isIpv6()).isEqualTo(literal.contains(":"));
        assertThat(endpoint.isUnix()).isFalse();
        assertThat(endpoint).hasToString(text);
        assertThat(Endpoint.copyOf(endpoint)).isEqualTo(endpoint).hasSameHashCodeAs(endpoint);
    }

    @Test
    void tellsTheAddressInNumbers() throws UnknownHostException {
        Endpoint endpoint = Endpoint.of(new InetSocketAddress("192.168.10.20", 1));
        assertThat(endpoint.ipv4()).isEqualTo(0xC0A80A14);
        assertThat(endpoint.ipv6High()).isZero();
        assertThat(endpoint.ipv6Low()).isZero();
        assertThat(endpoint.scopeId()).isZero();

        endpoint.set(InetAddress.getByName("2001:db8:1:2:3:4:c0a8:a14"), 1);
        assertThat(endpoint.ipv6High()).isEqualTo(0x20010DB800010002L);
        assertThat(endpoint.ipv6Low()).isEqualTo(0x00030004C0A80A14L);
        assertThat(endpoint.ipv4()).isEqualTo(0xC0A80A14);
    }

    @Test
    void keepsTheScopeOfALinkLocalAddress() throws UnknownHostException {
        InetAddress scoped = Inet6Address.getByAddress(null, InetAddress.getByName("fe80::1").getAddress(), 7);
        Endpoint endpoint = new Endpoint().set(scoped, 80);
        assertThat(endpoint.scopeId()).isEqualTo(7);
        assertThat(((Inet6Address) endpoint.toInetSocketAddress().getAddress()).getScopeId()).isEqualTo(7);
    }

    @Test
    void namesNothingAtFirstAndWhenItIsCleared() {
        Endpoint endpoint = new Endpoint();
        assertThat(endpoint.isSet()).isFalse();
        assertThat(endpoint.port()).isZero();
        assertThat(endpoint.ipv4()).isZero();
        assertThat(endpoint.isIpv6()).isFalse();
        assertThat(endpoint.toInetSocketAddress()).isNull();
        assertThat(endpoint).hasToString("no address").isEqualTo(new Endpoint());

        endpoint.set(new InetSocketAddress("127.0.0.1", 80));
        endpoint.clear();
        assertThat(endpoint.isSet()).isFalse();
        assertThat(endpoint.port()).isZero();
        assertThat(endpoint.ipv4()).isZero();
        assertThat(endpoint).isEqualTo(new Endpoint()).hasSameHashCodeAs(new Endpoint());
    }

    @Test
    void differsByAddressByPortAndByFamily() throws UnknownHostException {
        Endpoint endpoint = Endpoint.of(new InetSocketAddress("127.0.0.1", 80));
        assertThat(endpoint).isNotEqualTo(Endpoint.of(new InetSocketAddress("127.0.0.1", 81)))
                .isNotEqualTo(Endpoint.of(new InetSocketAddress("127.0.0.2", 80)))
                .isNotEqualTo(new Endpoint())
                .isNotEqualTo(new Endpoint().set(InetAddress.getByName("::1"), 80))
                .isNotEqualTo("127.0.0.1:80");
    }

    @Test
    void isIndependentOfWhatItWasCopiedFrom() {
        Endpoint source = Endpoint.of(new InetSocketAddress("127.0.0.1", 80));
        Endpoint copy = Endpoint.copyOf(source);
        source.set(new InetSocketAddress("127.0.0.2", 81));
        assertThat(copy).hasToString("127.0.0.1:80");
        source.clear();
        copy.set(source);
        assertThat(copy.isSet()).isFalse();
    }

    @Test
    void keepsNothingOfALongerAddressThatItHadBefore() throws UnknownHostException {
        Endpoint endpoint = new Endpoint().set(InetAddress.getByName("2001:db8::1"), 80);
        endpoint.set(new InetSocketAddress("127.0.0.1", 81));
        assertThat(endpoint).isEqualTo(Endpoint.of(new InetSocketAddress("127.0.0.1", 81)));
        assertThat(endpoint.scopeId()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65_536, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void refusesAPortOutOfRange(int port) {
        Endpoint endpoint = new Endpoint();
        assertThatIllegalArgumentException().isThrownBy(() -> endpoint.set(Loopback.IPV4.address, port))
                .withMessage("the port must be 0 to 65535: " + port);
        assertThat(endpoint.isSet()).isFalse();
    }

    @Test
    void refusesAnAddressThatIsNotResolved() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.of(InetSocketAddress.createUnresolved("localhost", 80)))
                .withMessageStartingWith("unresolved address: localhost");
    }
}
