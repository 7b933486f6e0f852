package org.idlefleet.coordinator.adapter.receipt;

import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Signer;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Vote;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ResultStatement;
import org.idlefleet.protocol.adapter.DeviceKeys;
import org.idlefleet.protocol.adapter.PseudonymCertificate;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Holds votes against the devices that signed them. One receipt, one thread. */
final class VoteCheck {
    private final JobReceipt receipt;
    private final Findings findings;
    private final List<Optional<PublicKey>> keys = new ArrayList<>();

    /** Leases of all results, and of those whose signature was checked. */
    private final Set<Lease> results = new HashSet<>();

    private final Set<Lease> signed = new HashSet<>();

    VoteCheck(JobReceipt receipt, Optional<X509Certificate> authority, Findings findings) {
        this.receipt = receipt;
        this.findings = findings;
        if (authority.isEmpty()) {
            receipt.signers().forEach(_ -> keys.add(Optional.empty()));
            return;
        }
        findings.require(
                PseudonymCertificate.fingerprint(authority.get()).hex().equals(receipt.authority()),
                "the nodes' certificates are of another authority than the one given");
        for (Signer signer : receipt.signers()) {
            keys.add(key(authority.get(), signer));
        }
    }

    private Optional<PublicKey> key(X509Certificate authority, Signer signer) {
        try {
            byte[] certificate = bytes(signer.certificate());
            return Optional.of(PseudonymCertificate.key(authority, certificate, signer.owner()));
        } catch (GeneralSecurityException e) {
            findings.fault(
                    "the certificate of a node of " + signer.owner() + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Results in the receipt. */
    int results() {
        return results.size();
    }

    /** Those of them that are signed by a certified device. */
    int signed() {
        return signed.size();
    }

    /** Equal bytes agree at no distance; the signature is the certified node's. */
    void check(Vote canonical, Vote vote, String where) {
        boolean zoned =
                switch (vote.zone()) {
                    case "agreeing", "claim" -> true;
                    case "inconclusive", "dissenting" ->
                            vote.distance() > 0 && !vote.output().equals(canonical.output());
                    default -> false;
                };
        findings.require(
                zoned
                        && vote.distance() >= 0
                        && (vote.distance() == 0 || !vote.output().equals(canonical.output())),
                where + ": the zone '" + vote.zone() + "' does not fit distance and bytes");
        var lease = new Lease(JobId.parse(vote.job()), vote.shard(), vote.attempt(), vote.epoch());
        results.add(lease);
        var statement =
                new ResultStatement(
                        lease,
                        Digest.ofHex(receipt.manifest()),
                        vote.input().isEmpty()
                                ? new Digest(0, 0, 0, 0)
                                : Digest.ofHex(vote.input()),
                        Digest.ofHex(vote.output()),
                        Digest.ofHex(vote.commit()));
        if (vote.signer() < 0) {
            findings.require(
                    vote.signer() == -1 && vote.signature().isEmpty(),
                    where + " has a signature of nobody");
            return;
        }
        if (vote.signer() >= receipt.signers().size()
                || !receipt.signers().get(vote.signer()).owner().equals(vote.owner())) {
            findings.fault(where + ": a result of " + vote.owner() + " is signed by somebody else");
            return;
        }
        byte[] signature = bytes(vote.signature());
        keys.get(vote.signer())
                .ifPresent(key -> {
                    signed.add(lease);
                    findings.require(
                            DeviceKeys.verify(key, statement, signature),
                            where + ": the node's signature of " + vote.owner() + " does not fit");
                });
    }

    /** Base64 has one form here, so that a text has one meaning. */
    private static byte[] bytes(String base64) {
        byte[] bytes = Base64.getDecoder().decode(base64);
        if (!Base64.getEncoder().encodeToString(bytes).equals(base64)) {
            throw new IllegalArgumentException("base64 that is not written in its one form");
        }
        return bytes;
    }
}
