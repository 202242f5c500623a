package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultLineTest {

    @Test
    void separatesTheNameFromThePairsAndThePairsFromEachOther() {
        assertThat(new ResultLine("ws-rate").add("messages", 10).add("bytes", 200)).hasToString(
                "ws-rate: messages=10 bytes=200");
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "0, 5, 0", "40, 1, 40", "80, 2, 40", "1, 2, 0.500", "1, 3, 0.334", "1, 1000000, 0.001",
        "4001, 100, 40.010"})
    void showsAShareAsZeroOnlyWhenItIs(long total, long count, String shown) {
        assertThat(new ResultLine("x").addPer("y", total, count)).hasToString("x: y=" + shown);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "5, 0, 0", "10, 1000000000, 10", "1, 3, 333333333"})
    void showsHowManyThereWereInASecond(long count, long elapsedNs, long shown) {
        assertThat(new ResultLine("x").addPerSecond("y", count, elapsedNs)).hasToString("x: y=" + shown);
    }
}
