package org.idlefleet.edge.adapter.tuf;

import org.idlefleet.protocol.Digest;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/**
 * An ECDSA P-256 key of a role, as the operator keeps it: a file with the private and one with the
 * public half, PEM.
 */
public final class SigningKey {
    private static final String ALGORITHM = "SHA256withECDSA";
    private static final String SCHEME = "ecdsa-sha2-nistp256";

    private final PrivateKey secret;
    private final PublicKey open;

    private SigningKey(PrivateKey secret, PublicKey open) {
        this.secret = secret;
        this.open = open;
    }

    /** A new key. */
    public static SigningKey generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var pair = generator.generateKeyPair();
            return new SigningKey(pair.getPrivate(), pair.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }

    /** Writes {@code NAME.key}, which only its owner may read, and {@code NAME.pub}. */
    public void save(Path directory, String name) throws IOException {
        Path file = directory.resolve(name + ".key");
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, pem("PRIVATE KEY", secret.getEncoded()));
        Files.writeString(
                directory.resolve(name + ".pub"),
                pem("PUBLIC KEY", open.getEncoded()),
                StandardOpenOption.CREATE_NEW);
    }

    /** Reads what {@link #save} wrote. */
    public static SigningKey load(Path directory, String name) throws IOException {
        try {
            var factory = KeyFactory.getInstance("EC");
            byte[] secret = bytes(Files.readString(directory.resolve(name + ".key")));
            byte[] open = bytes(Files.readString(directory.resolve(name + ".pub")));
            return new SigningKey(
                    factory.generatePrivate(new PKCS8EncodedKeySpec(secret)),
                    factory.generatePublic(new X509EncodedKeySpec(open)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(directory.resolve(name) + " is no P-256 key", e);
        }
    }

    private static String pem(String title, byte[] bytes) {
        return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                .formatted(title, Base64.getMimeEncoder().encodeToString(bytes), title);
    }

    private static byte[] bytes(String pem) {
        return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    }

    /** The public half as it stands in a root. */
    ObjectNode describe() {
        ObjectNode key = JsonMapper.shared().createObjectNode();
        key.put("keytype", "ecdsa").put("scheme", SCHEME);
        key.putObject("keyval").put("public", pem("PUBLIC KEY", open.getEncoded()));
        return key;
    }

    /** The name of a key: the digest of its description. */
    String id() {
        return idOf(describe());
    }

    static String idOf(JsonNode description) {
        return Digest.of(CanonicalJson.of(description)).hex();
    }

    String sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(secret);
            signature.update(message);
            return HexFormat.of().formatHex(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key of ours signs", e);
        }
    }

    /** Whether a described key signed a message; false for anything that is no such key. */
    static boolean verifies(JsonNode description, byte[] message, String hex) {
        if (!description.path("keytype").asString("").equals("ecdsa")
                || !description.path("scheme").asString("").equals(SCHEME)) {
            return false;
        }
        try {
            byte[] encoded = bytes(description.path("keyval").path("public").asString(""));
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(
                    KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded)));
            signature.update(message);
            return signature.verify(HexFormat.of().parseHex(hex));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
