package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;

class DoorTest {
    @TempDir private Path folder;

    @Test
    void saysThatThePortIsTaken() {
        try (var house = new House()) {
            assertThatThrownBy(() -> open(house, house.port(), Optional.empty()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + house.port())
                    .hasMessageContaining("choose another port");
        }
    }

    @Test
    void namesATlsFileThatIsMissing() {
        try (var house = new House()) {
            var tls = new ApiConfig.Tls(folder.resolve("chain.pem"), folder.resolve("key.pem"));
            assertThatThrownBy(() -> open(house, 0, Optional.of(tls)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("chain.pem")
                    .hasMessageContaining("can't be read");
        }
    }

    @Test
    void namesTlsFilesThatAreNoPem() throws IOException {
        Path chain = Files.writeString(folder.resolve("chain.pem"), "nonsense");
        Path key = Files.writeString(folder.resolve("key.pem"), "nonsense");
        try (var house = new House()) {
            assertThatThrownBy(() -> open(house, 0, Optional.of(new ApiConfig.Tls(chain, key))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("chain.pem")
                    .hasMessageContaining("PEM");
        }
    }

    @Test
    void refusesAnAdminKeyThatIsTooShort() {
        assertThatThrownBy(() ->
                        new KeyRing("admin.short", ApiConfig.Rates.STANDARD, new SecureRandom()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("32 characters");
    }

    @Test
    void answersAClientThatOffersToUpgradeToHttp2() throws Exception {
        try (var house = new House();
                var client = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "http://127.0.0.1:" + house.port() + "/v1/embeddings"))
                            .header("authorization", "Bearer " + house.key)
                            .POST(
                                    HttpRequest.BodyPublishers.ofString(
                                            "{\"model\":\"tiny\",\"input\":\"a\"}"))
                            .build();
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                        .isEqualTo(200);
            }
        }
    }

    private static void open(House house, int port, Optional<ApiConfig.Tls> tls)
            throws IOException {
        ApiConfig standard = ApiConfig.standard("127.0.0.1", port);
        var config =
                new ApiConfig(
                        new ApiConfig.Address("127.0.0.1", port, tls),
                        1,
                        standard.terms(),
                        standard.limits(),
                        standard.rates());
        ApiDoor.open(config, House.ADMIN, house.ports(), InstantSource.system(), new SecureRandom())
                .close();
    }
}
