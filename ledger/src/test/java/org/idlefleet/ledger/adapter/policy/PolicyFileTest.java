package org.idlefleet.ledger.adapter.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Party;
import org.idlefleet.ledger.Share;
import org.idlefleet.ledger.policy.PayPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;

class PolicyFileTest {
    private static final String WHOLE =
            """
            version: 4
            prices:
              default: 10
              all-minilm-l6-v2: 12
            shares: {owner: 600000, auditors: 100000, platform: 150000, verification: 50000, fleet: 80000, referrer: 20000}
            remainder: verification
            regions: {eu-de: Europe/Berlin}
            electricity:
              - {region: eu-de, from: 22, to: 6, microsPerKwh: 200000}
              - {microsPerKwh: 300000}
            reference: {default: {microsPerUnit: 400, watts: 25}}
            backing: {floor: [verification, platform], bonus: [platform]}
            wear: {batteryMicrosPerKwh: 50000, acceleratorMicrosPerHour: 3000}
            quickReturn: {withinMs: 5000, ppm: 20000}
            surge:
              - {region: eu-de, from: 17, to: 21, days: [monday, tuesday], ppm: 250000}
            availability: {microsPerHour: 500, hoursPerDay: 12, budgetPerDay: 90000}
            """;

    @Test
    void readsAllThereIs() {
        PayPolicy policy = PolicyFile.parse(WHOLE);

        assertThat(policy.version()).isEqualTo(4);
        assertThat(policy.price("all-minilm-l6-v2", 2)).isEqualTo(new Money(24));
        assertThat(policy.shares().shares()).contains(new Share(Party.FLEET, 80_000));
        assertThat(policy.shares().remainder()).isEqualTo(Party.VERIFICATION);
        assertThat(policy.zones()).containsEntry("eu-de", ZoneId.of("Europe/Berlin"));
        assertThat(policy.rates().tariffs()).hasSize(2);
        assertThat(policy.rates().batteryMicrosPerKwh()).isEqualTo(50_000);
        assertThat(policy.quickReturn().within()).isEqualTo(Duration.ofSeconds(5));
        assertThat(policy.surges()).hasSize(1);
        assertThat(policy.surges().getFirst().hours().days()).hasSize(2);
        assertThat(policy.availability().hoursPerDay()).isEqualTo(12);
        assertThat(policy.availability().budgetPerDay()).isEqualTo(new Money(90_000));
    }

    @Test
    void whatItWritesItReadsAsTheSamePolicy() {
        PayPolicy policy = PolicyFile.parse(WHOLE);
        assertThat(PolicyFile.parse(PolicyFile.text(policy))).isEqualTo(policy);
        var plain = PayPolicy.plain(policy.shares());
        assertThat(PolicyFile.parse(PolicyFile.text(plain))).isEqualTo(plain);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "version: 4           | version: 0           | positive policy version",
                "version: 4           | version: 4.5         | line 1",
                "version: 4           | versoin: 4           | versoin",
                "owner: 600000        | owner: 600001        | expected a sum of 1000000",
                "owner: 600000        | onwer: 600000        | onwer",
                "default: 10          | default: 0           | price of default",
                "default: 10          | default: 1.5         | line 3",
                "Europe/Berlin        | Europe/Brelin        | time zone",
                "from: 22, to: 6      | from: 22, to: 25     | expected hours",
                "ppm: 20000           | ppm: -1              | quick return",
                "ppm: 250000          | pmp: 250000          | pmp",
                "bonus: [platform]    | bonus: [owner]       | platform or the verification",
                "watts: 25            | wats: 25             | wats",
                "monday               | mondey               | mondey",
                "hoursPerDay: 12      | hoursPerDay: 30      | hours a day",
                ", budgetPerDay: 90000 | ''                  | availability needs budgetPerDay",
                "remainder: verification | version: 5        | ersion",
                "remainder: verification | remainder: nobody | nobody"
            })
    void refusesWhatIsWrongAndSaysWhere(String right, String wrong, String message) {
        assertThatThrownBy(() -> PolicyFile.parse(WHOLE.replace(right, wrong)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the policy file")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "version: 1", "[]", "{version: 1, prices: {a: 1}}", ": :"})
    void refusesWhatIsNoPolicyAtAll(String text) {
        assertThatThrownBy(() -> PolicyFile.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the policy file");
    }

    @Test
    void whatIsLeftOutCostsAndPaysNothing() {
        PayPolicy policy =
                PolicyFile.parse(
                        "{version: 1, prices: {default: 1}, shares: {owner: 900000, platform:"
                                + " 100000}}");
        assertThat(policy.surges()).isEmpty();
        assertThat(policy.availability()).isEqualTo(PayPolicy.Availability.NONE);
    }

    @Test
    void theDocumentedPolicyIsOne() throws IOException {
        String document = Files.readString(Path.of("../docs/ledger.md"));
        int start = document.indexOf("```yaml") + "```yaml".length();
        String yaml = document.substring(start, document.indexOf("```", start));
        assertThat(PolicyFile.parse(yaml).version()).isPositive();
    }
}
