package io.sonic.multicast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MulticastInterfaceTest {
    private final int loopbackIndex = NetworkInterface.getByName("lo").getIndex();

    MulticastInterfaceTest() throws IOException {
    }

    @Test
    void isFoundByNameIndexAndAddress() throws IOException {
        MulticastInterface lo = MulticastInterface.of("lo");

        assertThat(lo.name()).isEqualTo("lo");
        assertThat(lo.index()).isEqualTo(loopbackIndex);
        assertThat(lo).hasToString("lo (index " + loopbackIndex + ")");
        assertThat(MulticastInterface.of(Integer.toString(loopbackIndex))).isEqualTo(lo).hasSameHashCodeAs(lo);
        assertThat(MulticastInterface.of("127.0.0.1")).isEqualTo(lo);
        assertThat(MulticastInterface.of(loopbackIndex)).isEqualTo(lo);
        assertThat(MulticastInterface.of(InetAddress.ofLiteral("127.0.0.1"))).isEqualTo(lo);
        assertThat(MulticastInterface.of(NetworkInterface.getByName("lo"))).isEqualTo(lo);
        assertThat(MulticastInterface.all()).contains(lo).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nope0", "", " lo", "99999", "0", "-1", "192.0.2.77", "2001:db8::77", "lo.example"})
    void namesWhatThereIsWhenThereIsNone(String text) {
        assertThatThrownBy(() -> MulticastInterface.of(text))
                .isInstanceOf(SocketException.class)
                .hasMessageStartingWith("no network interface ").hasMessageContaining(text)
                .hasMessageContaining("there are: ").hasMessageContaining("lo (index " + loopbackIndex + ", ")
                .hasMessageContaining("127.0.0.1");
    }
}
