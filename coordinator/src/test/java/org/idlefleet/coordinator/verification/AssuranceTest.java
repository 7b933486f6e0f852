package org.idlefleet.coordinator.verification;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients buy. */
class AssuranceTest {
    /** (1 - q) / q */
    @ParameterizedTest
    @CsvSource({"STRICT, 8.5 %, 10.8", "STANDARD, 5.0 %, 19.0", "BULK, 2.0 %, 49.0"})
    void saysWhatAHostileOwnerGetsThrough(Assurance assurance, String share, String wrong) {
        assertThat(assurance.bound())
                .startsWith(share + " of results audited")
                .contains("at most " + wrong + " wrong results");
        assertThat(assurance.audited()).isTrue();
    }

    @Test
    void auditsEverythingThatIsSoldAsVerified() {
        assertThat(Assurance.VERIFIED.auditPpm()).isEqualTo(AuditDraw.ALL);
        assertThat(Assurance.QUORUM.audited()).isFalse();
        assertThat(Assurance.TRUSTED_ONLY.audited()).isFalse();
    }
}
