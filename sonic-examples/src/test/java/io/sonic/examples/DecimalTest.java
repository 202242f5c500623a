package io.sonic.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTest {

    @ParameterizedTest
    @CsvSource({
        "0,                       0",
        "1,                       100000000",
        "-12.5,                   -1250000000",
        "64250.1,                 6425010000000",
        "0.00000001,              1",
        "0.000000019,             1",
        "1e-8,                    1",
        "1.5E-7,                  15",
        "2e3,                     200000000000",
        "1e-30,                   0",
        "4.,                      400000000",
        ".5,                      50000000",
        "0.12345678901234567890,  12345678",
        "92233720367.5,           9223372036750000000",
    })
    void readsANumberAsUnitsOfTheEighthDigit(String text, long units) {
        assertThat(parse(text)).isEqualTo(units);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", ".", "x", "1x", "1.2.3", "--1", "1e", "1e-", "1e+x", "1e9999", "null",
        "92233720369", "99999999999999999999"})
    void refusesWhatIsNoNumberOrDoesNotFit(String text) {
        assertThat(parse(text)).isEqualTo(Decimal.NOT_A_NUMBER);
    }

    @Test
    void readsWhatAnExactDecimalIs() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 10_000; i++) {
            BigDecimal number = BigDecimal.valueOf(random.nextLong(-90_000_000_000L, 90_000_000_000L),
                    random.nextInt(12));
            long expected = number.setScale(Decimal.SCALE, RoundingMode.DOWN).unscaledValue().longValueExact();

            assertThat(parse(number.toPlainString())).as(number.toPlainString()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"6425010000000, 1, 64250.1", "6425010000000, 2, 64250.10", "1, 8, 0.00000001", "0, 4, 0.0000"})
    void writesAsManyDigitsAsAsked(long units, int digits, String text) {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[32]);
        int length = Decimal.put(buffer, 3, units, digits);

        assertThat(buffer.getStringWithoutLengthAscii(3, length)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"6425010000000, 64250.10", "100000000, 1.00", "35130000, 0.3513", "1, 0.00000001", "0, 0.00"})
    void formatsAtLeastTwoDigits(long units, String text) {
        assertThat(Decimal.format(units)).isEqualTo(text);
    }

    private static long parse(String text) {
        UnsafeBuffer buffer = new UnsafeBuffer(("<" + text + ">").getBytes(US_ASCII));
        return Decimal.parse(buffer, 1, text.length());
    }
}
