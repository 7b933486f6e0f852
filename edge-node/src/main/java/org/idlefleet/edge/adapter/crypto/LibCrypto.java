package org.idlefleet.edge.adapter.crypto;

import org.idlefleet.protocol.NodeSignature;
import org.jspecify.annotations.Nullable;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.security.PrivateKey;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * SHA-256 and ECDSA on P-256 by OpenSSL's {@code libcrypto.so.3}, as its manual pages {@code
 * SHA256_Init(3)}, {@code d2i_AutoPrivateKey(3)} and {@code EVP_PKEY_sign(3)} describe them.
 * Nothing of it is loaded before it is asked for. One thread.
 */
final class LibCrypto {
    private static final String NAME = "libcrypto.so.3";
    private static final int DIGEST_BYTES = 32;

    /** {@code sizeof(SHA256_CTX)}: 28 words of 4 bytes. */
    private static final int SHA_STATE_BYTES = 112;

    /** Two integers of at most 33 bytes and their heads (X.690). */
    private static final int SIGNATURE_MAX = 72;

    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private final SymbolLookup library;
    private final MethodHandle shaInit;
    private final MethodHandle shaUpdate;
    private final MethodHandle shaFinal;
    private final MethodHandle readKey;
    private final MethodHandle freeKey;
    private final MethodHandle newSigner;
    private final MethodHandle freeSigner;
    private final MethodHandle signInit;
    private final MethodHandle sign;
    private final MemorySegment shaState;
    private final MemorySegment signature;
    private final MemorySegment signatureLength;
    private final MemorySegment toSign;
    private @Nullable PrivateKey key;
    private MemorySegment signer = MemorySegment.NULL;

    private LibCrypto(SymbolLookup library) {
        this.library = library;
        shaInit = critical("SHA256_Init", POINTER);
        shaUpdate = critical("SHA256_Update", POINTER, POINTER, LONG);
        shaFinal = critical("SHA256_Final", POINTER, POINTER);
        readKey = function("d2i_AutoPrivateKey", POINTER, POINTER, POINTER, LONG);
        freeKey = procedure("EVP_PKEY_free", POINTER);
        newSigner = function("EVP_PKEY_CTX_new", POINTER, POINTER, POINTER);
        freeSigner = procedure("EVP_PKEY_CTX_free", POINTER);
        signInit = function("EVP_PKEY_sign_init", INT, POINTER);
        sign = function("EVP_PKEY_sign", INT, POINTER, POINTER, POINTER, POINTER, LONG);
        shaState = Arena.global().allocate(SHA_STATE_BYTES, Long.BYTES);
        signature = Arena.global().allocate(SIGNATURE_MAX);
        signatureLength = Arena.global().allocate(LONG);
        toSign = Arena.global().allocate(DIGEST_BYTES);
    }

    /** The library of this machine; empty if there is none, or none of its kind. */
    // What is looked up is called only with the shapes that its manual pages give.
    @SuppressWarnings("restricted")
    static Optional<LibCrypto> load() {
        try {
            return Optional.of(new LibCrypto(SymbolLookup.libraryLookup(NAME, Arena.global())));
        } catch (IllegalArgumentException | NoSuchElementException e) {
            return Optional.empty();
        }
    }

    /** SHA-256 of the parts, one behind the other. */
    byte[] sha256(byte[]... parts) {
        var digest = new byte[DIGEST_BYTES];
        try {
            int sound = (int) shaInit.invokeExact(shaState);
            for (byte[] part : parts) {
                sound &=
                        (int)
                                shaUpdate.invokeExact(
                                        shaState, MemorySegment.ofArray(part), (long) part.length);
            }
            sound &= (int) shaFinal.invokeExact(MemorySegment.ofArray(digest), shaState);
            if (sound != 1) {
                throw new IllegalStateException(NAME + " made no digest");
            }
            return digest;
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /** Signs what has this SHA-256: r and s of ECDSA, 32 bytes each. */
    byte[] sign(PrivateKey with, byte[] digest) {
        try {
            use(with);
            MemorySegment.copy(digest, 0, toSign, ValueLayout.JAVA_BYTE, 0, DIGEST_BYTES);
            signatureLength.set(LONG, 0, SIGNATURE_MAX);
            int signed =
                    (int)
                            sign.invokeExact(
                                    signer,
                                    signature,
                                    signatureLength,
                                    toSign,
                                    (long) DIGEST_BYTES);
            if (signed != 1) {
                throw new IllegalStateException(NAME + " did not sign");
            }
            long length = signatureLength.get(LONG, 0);
            return fixed(signature.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    private void use(PrivateKey wanted) throws Throwable {
        if (wanted.equals(key)) {
            return;
        }
        key = null;
        if (signer.address() != 0) {
            freeSigner.invokeExact(signer);
            signer = MemorySegment.NULL;
        }
        byte[] encoded = wanted.getEncoded();
        try (var arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, encoded);
            MemorySegment at = arena.allocateFrom(POINTER, bytes);
            var read =
                    (MemorySegment)
                            readKey.invokeExact(MemorySegment.NULL, at, (long) encoded.length);
            bytes.fill((byte) 0);
            if (read.address() == 0) {
                throw new IllegalStateException(NAME + " does not take the node's key");
            }
            signer = (MemorySegment) newSigner.invokeExact(read, MemorySegment.NULL);
            // The signer holds the key from here on.
            freeKey.invokeExact(read);
            if (signer.address() == 0 || (int) signInit.invokeExact(signer) != 1) {
                throw new IllegalStateException(NAME + " can't sign with the node's key");
            }
        }
        key = wanted;
    }

    /** r and s out of the sequence of two integers in DER that the library writes. */
    private static byte[] fixed(byte[] der) {
        var fixed = new byte[NodeSignature.SIGNATURE_BYTES];
        int half = fixed.length / 2;
        int at = 2;
        for (int end = half; end <= fixed.length; end += half) {
            int length = der[at + 1];
            int from = at + 2;
            at = from + length;
            int zeros = Math.max(0, length - half);
            System.arraycopy(der, from + zeros, fixed, end - length + zeros, length - zeros);
        }
        return fixed;
    }

    private MethodHandle critical(String name, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(INT, arguments), Linker.Option.critical(true));
    }

    private MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(result, arguments));
    }

    private MethodHandle procedure(String name, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.ofVoid(arguments));
    }

    @SuppressWarnings("restricted")
    private MethodHandle handle(String name, FunctionDescriptor shape, Linker.Option... options) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), shape, options);
    }

    private static IllegalStateException broken(Throwable t) {
        return t instanceof IllegalStateException known
                ? known
                : new IllegalStateException(NAME + " can't be called", t);
    }
}
