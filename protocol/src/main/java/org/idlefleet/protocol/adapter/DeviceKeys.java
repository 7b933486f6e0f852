package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.NodeSignature;
import org.idlefleet.protocol.ResultStatement;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EllipticCurve;
import java.util.Arrays;

/** ECDSA on P-256 as devices do it: their keys as points, and what they sign. Thread-safe. */
public final class DeviceKeys {
    /** ECDSA with SHA-256 whose signatures are r and s, 32 bytes each. */
    private static final String SIGNATURE = "SHA256withECDSAinP1363Format";

    private static final int COORDINATE_BYTES = NodeSignature.KEY_BYTES - 1;
    private static final ECParameterSpec P256 = parameters();

    private DeviceKeys() {}

    /** A node's key as a compressed point (SEC 1, 2.3.3): whether y is odd, then x. */
    public static byte[] point(PublicKey key) {
        if (!(key instanceof ECPublicKey point)) {
            throw new IllegalArgumentException("a node's key is on P-256, found " + key);
        }
        var bytes = new byte[NodeSignature.KEY_BYTES];
        bytes[0] = (byte) (point.getW().getAffineY().testBit(0) ? 3 : 2);
        byte[] x = point.getW().getAffineX().toByteArray();
        int length = Math.min(x.length, COORDINATE_BYTES);
        System.arraycopy(x, x.length - length, bytes, bytes.length - length, length);
        return bytes;
    }

    /**
     * The key of a compressed point (SEC 1, 2.3.4). The curve's prime is 3 modulo 4, so a root is a
     * power.
     *
     * @throws GeneralSecurityException if there is no such point
     */
    public static PublicKey key(byte[] point) throws GeneralSecurityException {
        EllipticCurve curve = P256.getCurve();
        BigInteger prime = ((ECFieldFp) curve.getField()).getP();
        BigInteger x = new BigInteger(1, Arrays.copyOfRange(point, 1, point.length));
        BigInteger square = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB()).mod(prime);
        BigInteger root = square.modPow(prime.add(BigInteger.ONE).shiftRight(2), prime);
        boolean fits =
                point.length == NodeSignature.KEY_BYTES
                        && (point[0] == 2 || point[0] == 3)
                        && x.compareTo(prime) < 0
                        && root.multiply(root).mod(prime).equals(square);
        if (!fits) {
            throw new GeneralSecurityException("a node's key is a compressed point on P-256");
        }
        BigInteger y = root.testBit(0) == (point[0] == 3) ? root : prime.subtract(root);
        return KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(new ECPoint(x, y), P256));
    }

    /** Signs with a node's own key: 64 bytes, r and s. */
    public static byte[] sign(PrivateKey key, byte[] statement) {
        try {
            Signature signer = Signature.getInstance(SIGNATURE);
            signer.initSign(key);
            signer.update(statement);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a node's key can't sign", e);
        }
    }

    /** Whether the key signed the statement. */
    public static boolean verify(PublicKey key, ResultStatement statement, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(SIGNATURE);
            verifier.initVerify(key);
            verifier.update(statement.bytes());
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static ECParameterSpec parameters() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has P-256", e);
        }
    }
}
