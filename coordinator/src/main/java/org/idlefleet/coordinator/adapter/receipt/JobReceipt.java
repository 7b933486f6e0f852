package org.idlefleet.coordinator.adapter.receipt;

import org.idlefleet.ledger.proof.SignedNote;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import java.util.List;

/**
 * What a coordinator says of one job, for whoever paid for it: what was computed, by whom, on what,
 * who checked it, and where the money went. As a file it is a {@link SignedNote} whose text is this
 * as JSON, written in one way only. Digests are SHA-256 in hex; money is millionths of a credit;
 * times are UTC as ISO 8601; owners are pseudonyms.
 *
 * @param kind {@link #KIND}
 * @param coordinator the name of the key that signs
 * @param issued when this was written: later ones may say more
 * @param state {@code provisional} while the job or an audit of it is open, {@code final}, or
 *     {@code retracted} if a result turned out wrong
 * @param end how the job ended, empty while it runs
 * @param manifest digest of the model's manifest
 * @param bound what the assurance promises, in words
 * @param authority digest of the certificate that the signers' certificates chain to
 * @param signers the keys that signed results
 * @param days the days whose keys drew the audits
 * @param paidMicros what the settled shards cost
 * @param refundedMicros what the client got back of it
 * @param checks audits of the results
 * @param retractions results found wrong after they had settled
 */
public record JobReceipt(
        String kind,
        String coordinator,
        String issued,
        String job,
        String client,
        String state,
        String end,
        String admitted,
        String model,
        String manifest,
        String items,
        int itemCount,
        int quorum,
        String assurance,
        String bound,
        String authority,
        List<Signer> signers,
        List<Day> days,
        long paidMicros,
        long refundedMicros,
        List<Shard> shards,
        List<Check> checks,
        List<Retraction> retractions) {
    public static final String KIND = "idlefleet job receipt v1";

    /** Characters of the largest receipt that is written or read. */
    public static final int CHARS_MAX = 64 << 20;

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    /**
     * A key that signed results.
     *
     * @param owner whose node's it is
     * @param certificate from the coordinator's authority, DER in base64
     */
    public record Signer(String owner, String certificate) {}

    /**
     * A day (UTC) whose key drew audits.
     *
     * @param commitment digest of the key, which fixes it before it is shown
     * @param key in hex; empty until the day is over
     */
    public record Day(String day, String commitment, String key) {}

    /**
     * A settled shard: items {@code from} up to, not including, {@code to}.
     *
     * @param transaction what paid for it in the ledger
     * @param canonical which of the votes is the result that the client got
     */
    public record Shard(
            int shard,
            int from,
            int to,
            String settled,
            String transaction,
            List<Line> payment,
            Draw draw,
            int canonical,
            List<Vote> votes) {}

    /** One account's change. */
    public record Line(String account, long micros) {}

    /**
     * The audit draw.
     *
     * @param ppm results that were to be audited, of a million
     * @param day whose key drew
     */
    public record Draw(int ppm, String day, boolean audited, boolean trusted) {}

    /**
     * One result as a vote.
     *
     * @param job of the lease: the audit's where it is a check's
     * @param input digest of the items; empty if an older release did not keep it
     * @param zone {@code agreeing}, {@code inconclusive} or {@code dissenting}; {@code claim} of
     *     what a check looked at
     * @param distance from the canonical result
     * @param signer which of the receipt's signers signed it, counted from 0; -1 if nobody did
     * @param signature r and s in base64; empty if it is not signed
     */
    public record Vote(
            String owner,
            String job,
            int shard,
            int attempt,
            int epoch,
            String input,
            String output,
            String commit,
            String zone,
            double distance,
            int signer,
            String signature) {}

    /**
     * An audit of a result.
     *
     * @param job the audit's own job
     * @param trusted whether an owner whom the operator trusts did it
     * @param outcome {@code upheld}, {@code inconclusive}, {@code refuted}, {@code unchecked} if it
     *     ended without a verdict, {@code open}
     * @param claim the checked result
     */
    public record Check(
            String job,
            int shard,
            int from,
            int to,
            boolean trusted,
            String outcome,
            Vote claim,
            List<Part> parts) {}

    /** A part of a check that has a verdict, with all who voted on it, the claim among them. */
    public record Part(int from, int to, List<Vote> votes) {}

    /** Items {@code from} up to {@code to} turned out wrong. */
    public record Retraction(
            int shard, int from, int to, String audit, String at, long refundedMicros) {}

    public JobReceipt {
        signers = List.copyOf(signers);
        days = List.copyOf(days);
        shards = List.copyOf(shards);
        checks = List.copyOf(checks);
        retractions = List.copyOf(retractions);
    }

    /** The text that is signed. */
    public String text() {
        return JSON.writeValueAsString(this) + "\n";
    }

    /**
     * Reads what {@link #text} writes, and nothing else; otherwise an {@link
     * IllegalArgumentException} that says what is wrong.
     */
    public static JobReceipt parse(String text) {
        JobReceipt receipt;
        try {
            receipt = JSON.readValue(text, JobReceipt.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("no receipt: " + e.getOriginalMessage(), e);
        } catch (NullPointerException e) {
            throw new IllegalArgumentException("no receipt: a list or a text is missing", e);
        }
        if (receipt == null || !receipt.text().equals(text)) {
            throw new IllegalArgumentException("the receipt is not written in its one form");
        }
        return receipt;
    }
}
