package org.idlefleet.coordinator.adapter.receipt;

import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Signer;
import org.idlefleet.protocol.NodeSignature;
import org.idlefleet.protocol.ResultStatement;
import org.idlefleet.protocol.adapter.CertificateAuthority;
import org.idlefleet.protocol.adapter.DeviceKeys;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;

/**
 * The keys that signed a job's results, each with one certificate under a pseudonym. One thread.
 */
final class Signers {
    private final CertificateAuthority authority;
    private final List<Signer> signers = new ArrayList<>();
    private final TreeMap<String, Integer> places = new TreeMap<>();

    Signers(CertificateAuthority authority) {
        this.authority = authority;
    }

    List<Signer> all() {
        return signers;
    }

    /** The place of the key that signed the statement; -1 if the signature does not fit. */
    int place(String owner, ResultStatement statement, NodeSignature signed) {
        try {
            PublicKey key = DeviceKeys.key(signed.key());
            if (!DeviceKeys.verify(key, statement, signed.signature())) {
                return -1;
            }
            String name = owner + " " + Base64.getEncoder().encodeToString(signed.key());
            Integer known = places.get(name);
            if (known != null) {
                return known;
            }
            byte[] certificate = authority.issuePseudonym(key, owner).getEncoded();
            signers.add(new Signer(owner, Base64.getEncoder().encodeToString(certificate)));
            places.put(name, signers.size() - 1);
            return signers.size() - 1;
        } catch (GeneralSecurityException e) {
            return -1;
        }
    }
}
