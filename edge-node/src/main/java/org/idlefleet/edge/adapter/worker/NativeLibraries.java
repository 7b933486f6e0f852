package org.idlefleet.edge.adapter.worker;

import ai.onnxruntime.OrtEnvironment;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;

/**
 * ONNX Runtime's native libraries, unpacked once. Left alone, each process unpacks its own and
 * removes them at its end, which a killed one does not reach.
 */
final class NativeLibraries {
    private static final Logger LOG = LoggerFactory.getLogger(NativeLibraries.class);
    private static final List<String> NAMES = List.of("onnxruntime", "onnxruntime4j_jni");

    private NativeLibraries() {}

    /** Unpacks what is missing below {@code directory} and makes the runtime load it from there. */
    static void use(Path directory) throws IOException {
        if (System.getProperty("onnxruntime.native.path") != null) {
            return;
        }
        String version = OrtEnvironment.class.getPackage().getImplementationVersion();
        Path own = directory.resolve("onnxruntime-" + (version == null ? "unknown" : version));
        Files.createDirectories(own);
        for (String name : NAMES) {
            String file = System.mapLibraryName(name);
            if (!unpack("/ai/onnxruntime/native/" + platform() + "/" + file, own.resolve(file))) {
                return;
            }
        }
        System.setProperty("onnxruntime.native.path", own.toAbsolutePath().toString());
    }

    /**
     * Removes the empty directory that the loaded runtime has made among temporary files, and would
     * remove at its end, which a killed process does not reach either. The runtime tells nobody
     * where it is; a release that keeps it elsewhere leaves it behind.
     */
    static void tidyUp() {
        try {
            Field directory =
                    Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("tempDirectory");
            directory.setAccessible(true);
            if (directory.get(null) instanceof Path made) {
                Files.deleteIfExists(made);
            }
        } catch (ReflectiveOperationException | IOException e) {
            LOG.debug("a directory of ONNX Runtime stays: {}", e.toString());
        }
    }

    private static boolean unpack(String resource, Path to) throws IOException {
        var at = OrtEnvironment.class.getResource(resource);
        if (at == null) {
            return false;
        }
        var connection = at.openConnection();
        connection.setUseCaches(false);
        try (InputStream in = connection.getInputStream()) {
            if (Files.exists(to) && Files.size(to) == connection.getContentLengthLong()) {
                return true;
            }
            Path part = Files.createTempFile(to.getParent(), "part", ".tmp");
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
            return true;
        }
    }

    private static String platform() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String system = os.contains("mac") ? "osx" : os.contains("windows") ? "win" : "linux";
        return system + (arch.equals("aarch64") ? "-aarch64" : "-x64");
    }
}
