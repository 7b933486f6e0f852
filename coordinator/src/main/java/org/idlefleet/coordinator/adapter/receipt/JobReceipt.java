package org.idlefleet.coordinator.adapter.receipt;

import com.fasterxml.jackson.annotation.JsonInclude;

import org.idlefleet.ledger.proof.SignedNote;
import org.jspecify.annotations.Nullable;

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
 * <p>What version 1 did not say is left out where it is null or empty, so that its receipts keep
 * their one form.
 *
 * @param kind {@link #KIND}, or {@link #KIND_1} without {@code terms}
 * @param coordinator the name of the key that signs
 * @param issued when this was written: later ones may say more
 * @param state {@code provisional} while the job or an audit of it is open, {@code final}, or
 *     {@code retracted} if a result turned out wrong
 * @param end how the job ended, empty while it runs
 * @param manifest digest of the model's manifest
 * @param bound what the assurance promises, in words
 * @param terms what was agreed, and how far apart results may be; null in version 1, and where the
 *     model's manifest is not kept any more
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
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Terms terms,
        String authority,
        List<Signer> signers,
        List<Day> days,
        long paidMicros,
        long refundedMicros,
        List<Shard> shards,
        List<Check> checks,
        List<Retraction> retractions) {
    public static final String KIND = "idlefleet job receipt v2";

    /** Those before said nothing of tolerances and prices. */
    public static final String KIND_1 = "idlefleet job receipt v1";

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
     * What the job was admitted under.
     *
     * @param unitMicros price of one execution of one work unit
     * @param surgePpm the most that surge could add, of a million
     * @param units work units of all items, one execution
     * @param comparator version of the function that measures distances
     * @param tolerances of every pair of numeric classes that met in a vote, in the order of their
     *     names
     */
    public record Terms(
            long unitMicros, int surgePpm, long units, int comparator, List<Tolerance> tolerances) {
        public Terms {
            tolerances = List.copyOf(tolerances);
        }
    }

    /**
     * How far apart results of two numeric classes may be.
     *
     * @param a not after {@code b}
     * @param agree largest distance at which they agree; 0 if nobody measured it, so that neither
     *     judges the other unless they are the same
     */
    public record Tolerance(String a, String b, double agree) {}

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
     * @param bill what the payment follows from; null in version 1
     * @param canonical which of the votes is the result that the client got
     */
    public record Shard(
            int shard,
            int from,
            int to,
            String settled,
            String transaction,
            List<Line> payment,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Bill bill,
            Draw draw,
            int canonical,
            List<Vote> votes) {}

    /**
     * What a payment follows from, and the rest of it.
     *
     * @param policy version by which it was divided
     * @param units work units that were paid: those of its items, for each execution bought
     * @param further transactions of the same payment that did not fit into the first
     * @param earners whose results count, with who earns along with them
     */
    public record Bill(int policy, long units, List<Further> further, List<Earner> earners) {
        public Bill {
            further = List.copyOf(further);
            earners = List.copyOf(earners);
        }
    }

    /** One more transaction of a payment. */
    public record Further(String transaction, List<Line> payment) {
        public Further {
            payment = List.copyOf(payment);
        }
    }

    /** An owner who was paid; fleet and referrer are pseudonyms too, empty if there is none. */
    public record Earner(String owner, String fleet, String referrer) {}

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
     * @param numericClass in which it was computed; empty in version 1
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
            String signature,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) String numericClass) {
        public Vote {
            numericClass = numericClass == null ? "" : numericClass;
        }
    }

    /**
     * An audit of a result.
     *
     * @param job the audit's own job
     * @param trusted whether an owner whom the operator trusts did it
     * @param outcome {@code upheld}, {@code inconclusive}, {@code refuted}, {@code unchecked} if it
     *     ended without a verdict, {@code open}
     * @param claim the checked result
     * @param cause why it was checked: {@code drawn}, {@code outvoted}, {@code unjudged}, {@code
     *     conviction} of its owner by another result, {@code disputed}; empty in version 1
     */
    public record Check(
            String job,
            int shard,
            int from,
            int to,
            boolean trusted,
            String outcome,
            Vote claim,
            List<Part> parts,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) String cause) {
        public Check {
            parts = List.copyOf(parts);
            cause = cause == null ? "" : cause;
        }
    }

    /**
     * A part of a check that has a verdict, with all who voted on it, the claim among them.
     *
     * @param canonical which of the votes the others were held against; null in version 1
     */
    public record Part(
            int from,
            int to,
            List<Vote> votes,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer canonical) {
        public Part {
            votes = List.copyOf(votes);
        }
    }

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
