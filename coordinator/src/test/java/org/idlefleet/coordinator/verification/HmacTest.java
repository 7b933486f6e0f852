package org.idlefleet.coordinator.verification;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The JDK's own HMAC says what is right. */
class HmacTest {
    @Test
    void saysWhatTheJdkSaysForKeysAndMessagesOfAnyLength() throws Exception {
        var random = new SplittableRandom(1);
        var hmac = new Hmac();
        for (int i = 0; i < 2_000; i++) {
            byte[] key = new byte[1 + random.nextInt(200)];
            random.nextBytes(key);
            hmac.key(key);
            Mac jdk = Mac.getInstance("HmacSHA256");
            jdk.init(new SecretKeySpec(key, "HmacSHA256"));
            for (int message = 0; message < 3; message++) {
                byte[] bytes = new byte[random.nextInt(300)];
                random.nextBytes(bytes);
                assertThat(hmac.doFinal(bytes)).isEqualTo(jdk.doFinal(bytes));
            }
        }
    }
}
