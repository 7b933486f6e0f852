package org.idlefleet.protocol.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.util.Base64;

/**
 * What a node asks for a certificate with: a PKCS #10 request. By hand, since the first class out
 * of Bouncy Castle's signed jar would cost a daemon megabytes for as long as it runs.
 */
final class Pkcs10 {
    private static final byte[] VERSION = Der.fixed("020100");
    private static final byte[] COMMON_NAME = Der.fixed("0603550403");
    private static final byte[] ECDSA_WITH_SHA256 = Der.fixed("300a06082a8648ce3d040302");

    /** Nobody reads it: the coordinator decides the name. */
    private static final String NAME = "idlefleet-node";

    private Pkcs10() {}

    /** A request for {@code pair}, of an elliptic curve; base64 of DER. */
    static String request(KeyPair pair) {
        byte[] name = Der.of(Der.UTF8_STRING, NAME.getBytes(UTF_8));
        byte[] content =
                Der.of(
                        Der.SEQUENCE,
                        VERSION,
                        Der.of(
                                Der.SEQUENCE,
                                Der.of(Der.SET, Der.of(Der.SEQUENCE, COMMON_NAME, name))),
                        pair.getPublic().getEncoded(),
                        Der.of(Der.CONTEXT));
        byte[] signature = Der.of(Der.BIT_STRING, new byte[1], sign(pair, content));
        return Base64.getMimeEncoder()
                .encodeToString(Der.of(Der.SEQUENCE, content, ECDSA_WITH_SHA256, signature));
    }

    private static byte[] sign(KeyPair pair, byte[] content) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(pair.getPrivate());
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a fresh key can sign", e);
        }
    }
}
