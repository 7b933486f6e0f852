package org.idlefleet.edge.adapter.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class ProcessorClassTest {
    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({
        "amd64, flags, fpu sse2, x86-noavx2",
        "amd64, flags, fpu avx avx2, x86-avx2",
        "x86_64, flags, avx2 avx512f avx512bw, x86-avx512",
        "amd64, flags, avx2 avx512f avx512_vnni, x86-vnni",
        "amd64, flags, avx2 avx_vnni, x86-vnni",
        "amd64, flags, avx512_vnni amx_int8, x86-amx",
        "aarch64, Features, fp asimd, arm-neon",
        "aarch64, Features, fp asimd asimddp, arm-dotprod",
        "aarch64, Features, asimddp i8mm, arm-i8mm",
        "riscv64, isa, rv64, riscv64"
    })
    void followsFromTheFlagsThatTheKernelNames(
            String architecture, String key, String flags, String expected) throws IOException {
        Path cpuinfo = directory.resolve("cpuinfo");
        Files.writeString(cpuinfo, "processor\t: 0\n" + key + "\t\t: " + flags + "\n");
        assertThat(ProcessorClass.of(architecture, cpuinfo)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"amd64, x86-unknown", "aarch64, arm-unknown", "ppc64le, ppc64le"})
    void saysSoWhenTheKernelNamesNone(String architecture, String expected) {
        assertThat(ProcessorClass.of(architecture, directory.resolve("missing")))
                .isEqualTo(expected);
    }
}
