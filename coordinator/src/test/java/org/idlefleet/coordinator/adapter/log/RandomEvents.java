package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.AuditCounts;
import org.idlefleet.coordinator.AuditOf;
import org.idlefleet.coordinator.ClientTerms;
import org.idlefleet.coordinator.Delivery;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.Event.SettledRange;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.ModelSpec;
import org.idlefleet.coordinator.Once;
import org.idlefleet.coordinator.OwnerTerms;
import org.idlefleet.coordinator.Price;
import org.idlefleet.coordinator.Tier;
import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.coordinator.verification.Against;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Device;
import org.idlefleet.coordinator.verification.Evidence;
import org.idlefleet.coordinator.verification.Recent;
import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.BookState;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Party;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Share;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;
import org.idlefleet.ledger.policy.Contributor;
import org.idlefleet.ledger.policy.Effort;
import org.idlefleet.ledger.policy.Hours;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.ledger.policy.Rates;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeSignature;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Durable events of every kind with values drawn from a seed: each is well-formed by itself, but
 * they tell no story together. The same seed gives the same events in every release, because a kept
 * log was written from them.
 */
public final class RandomEvents {
    /** How many kinds of durable events there were in the release that wrote the kept log. */
    public static final int FIRST_KINDS = 14;

    /** Kinds of transactions in that release. */
    private static final int FIRST_TRANSACTIONS = 11;

    /** How many kinds there are now; some differ only in what is optional. */
    public static final int KINDS = 37;

    private final SplittableRandom random;

    public RandomEvents(long seed) {
        random = new SplittableRandom(seed);
    }

    public List<Event.Durable> next(int count) {
        return list(count, () -> ofKind(random.nextInt(KINDS)));
    }

    /** An event of the kind with this number. */
    public Event.Durable ofKind(int kind) {
        return switch (kind) {
            case 0 -> new Event.LifeBegan(nonNegative(), instant());
            case 1 -> new Event.ModelRegistered(model(), instant());
            case 2 -> new Event.ApiKeyCreated(text(), client(), digest(), instant());
            case 3 -> new Event.ApiKeyRevoked(text(), instant());
            case 4 -> new Event.TokenIssued(owner(), digest(), instant(), instant());
            case 5 -> new Event.NodeEnrolled(node(), owner(), digest(), digest(), instant());
            case 6 -> new Event.NodeBanned(node(), text(), instant());
            case 7 -> new Event.Booked(transaction(job(), 0), instant());
            case 8 -> admitted();
            case 9 -> cast(job(), random.nextInt(50));
            case 10 -> settled(job(), random.nextInt(50));
            case 11 -> ended(job());
            case 12 -> new Event.BookRestored(book(), random.nextLong(Long.MAX_VALUE));
            case 13 -> restored();
            case 14 -> retracted(job(), random.nextInt(50));
            case 15 -> new Event.OwnerTrusted(owner(), random.nextBoolean(), instant());
            case 16 ->
                    new Event.OwnerConvicted(
                            owner(), job(), text(), maybe(() -> transaction(job(), 0)), instant());
            case 17 ->
                    new Event.OwnerReinstated(
                            owner(), text(), maybe(() -> transaction(job(), 0)), instant());
            case 18 -> standing();
            case 19 -> audit(admitted());
            case 20 -> drawn(settled(job(), random.nextInt(50)));
            case 21 -> {
                Event.JobRestored plain = restored();
                yield new Event.JobRestored(
                        plain.admitted(),
                        plain.paid(),
                        plain.nextShard(),
                        plain.settled(),
                        new AuditCounts(
                                nonNegative(), nonNegative(), nonNegative(), 1 + nonNegative()),
                        List.of(),
                        nonNegative());
            }
            case 22 -> {
                ModelSpec plain = model();
                yield new Event.ModelRegistered(
                        new ModelSpec(
                                plain.model(),
                                plain.manifest(),
                                plain.batchItems(),
                                plain.outputBytesPerItem(),
                                plain.priceMicrosPerWorkUnit(),
                                new ModelManifest.Comparator(
                                        2,
                                        plain.comparator().agree(),
                                        List.of(
                                                new ModelManifest.Tolerance(
                                                        numericClass("a"),
                                                        numericClass("b"),
                                                        0.5))),
                                plain.memoryBytes()),
                        instant());
            }
            case 23 -> {
                Event.BallotCast plain = cast(job(), random.nextInt(50));
                yield with(plain, numericClass(name("class")), Evidence.NONE);
            }
            case 24 -> {
                Event.BallotCast plain = cast(job(), random.nextInt(50));
                yield with(
                        plain,
                        NumericClass.UNKNOWN,
                        new Evidence(
                                Optional.of(digest()),
                                maybe(() -> new NodeSignature(bytes(33), bytes(64)))));
            }
            case 25 -> new Event.DeviceTurnedAway(node(), owner(), job(), text(), instant());
            case 26 ->
                    new Event.DeviceRestored(
                            node(),
                            owner(),
                            new Device(
                                    list(
                                            random.nextInt(3),
                                            () ->
                                                    new Device.Shown(
                                                            digest(),
                                                            numericClass(name("class")),
                                                            nonNegative())),
                                    nonNegative(),
                                    nonNegative(),
                                    random.nextBoolean()));
            case 27 ->
                    new Event.AlarmRestored(
                            list(random.nextInt(4), () -> new Event.Convict(owner(), instant())),
                            instant());
            case 28 -> {
                Event.JobRestored plain = restored();
                JobId job = plain.admitted().job();
                yield new Event.JobRestored(
                        plain.admitted(),
                        plain.paid(),
                        plain.nextShard(),
                        plain.settled(),
                        AuditCounts.NONE,
                        list(
                                1 + random.nextInt(3),
                                () -> {
                                    int shard = random.nextInt(50);
                                    return new Event.Unchecked(
                                            shard,
                                            nonNegative(),
                                            nonNegative(),
                                            ballot(job, shard));
                                }),
                        0);
            }
            case 29 ->
                    new Event.TermsSet(
                            client(),
                            new ClientTerms(pick(Assurance.values()), pick(Assurance.values())),
                            instant());
            case 30 -> new Event.PolicySet(policy(), new Money(nonNegative()), instant());
            case 31 -> new Event.OwnerTermsSet(owner(), terms(), instant());
            case 32 -> {
                Event.BallotCast plain = cast(job(), random.nextInt(50));
                yield new Event.BallotCast(
                        plain.job(),
                        plain.shard(),
                        plain.from(),
                        plain.to(),
                        plain.ballot(),
                        Optional.of(
                                new Delivery(
                                        Duration.ofNanos(nonNegative()),
                                        Duration.ofNanos(nonNegative()),
                                        nonNegative())),
                        plain.at());
            }
            case 33 ->
                    new Event.AvailabilityPaid(
                            Instant.ofEpochSecond(random.nextInt()),
                            new Money(nonNegative()),
                            new Money(nonNegative()),
                            list(
                                    random.nextInt(4),
                                    () ->
                                            new Event.AvailabilityPaid.Stood(
                                                    owner(),
                                                    devices(),
                                                    random.nextBoolean()
                                                            ? Optional.empty()
                                                            : Optional.of(transaction(job(), 1)))),
                            instant());
            case 34 ->
                    new Event.AvailabilityRestored(
                            Instant.ofEpochSecond(random.nextInt()),
                            new Money(nonNegative()),
                            devices(),
                            Instant.ofEpochSecond(random.nextInt()),
                            list(
                                    random.nextInt(4),
                                    () ->
                                            new Event.AvailabilityRestored.Stay(
                                                    node(),
                                                    owner(),
                                                    random.nextInt(61),
                                                    random.nextBoolean())),
                            failed(),
                            list(
                                    random.nextInt(3),
                                    () ->
                                            new Event.AvailabilityRestored.Unpaid(
                                                    Instant.ofEpochSecond(random.nextInt()),
                                                    random.nextBoolean()
                                                            ? Optional.empty()
                                                            : Optional.of(new Money(nonNegative())),
                                                    new Money(nonNegative()),
                                                    list(
                                                            random.nextInt(3),
                                                            () ->
                                                                    new Event.AvailabilityPaid
                                                                            .Stood(
                                                                            owner(),
                                                                            devices(),
                                                                            Optional.empty())))));
            case 35 ->
                    new Event.AvailabilityCounted(
                            Instant.ofEpochMilli(random.nextInt() * 1_000L),
                            list(
                                    random.nextInt(4),
                                    () -> new Event.AvailabilityCounted.Came(node(), owner())),
                            list(random.nextInt(4), this::node),
                            failed(),
                            random.nextBoolean(),
                            instant());
            case 36 ->
                    new Event.RepeatsRestored(
                            list(
                                    random.nextInt(4),
                                    () ->
                                            new Event.RepeatsRestored.Kept(
                                                    client(),
                                                    once(),
                                                    job(),
                                                    pick(Assurance.values()),
                                                    instant())));
            default -> throw new IllegalArgumentException("no kind " + kind);
        };
    }

    private List<Event.AvailabilityCounted.Failed> failed() {
        return list(
                random.nextInt(4),
                () ->
                        new Event.AvailabilityCounted.Failed(
                                node(), Instant.ofEpochSecond(random.nextInt())));
    }

    private Once once() {
        return new Once(digest(), digest());
    }

    private SortedMap<NodeId, Integer> devices() {
        var devices = new TreeMap<NodeId, Integer>();
        list(random.nextInt(4), () -> devices.put(node(), random.nextInt(61)));
        return devices;
    }

    public Event.JobAdmitted admitted() {
        JobId job = job();
        return new Event.JobAdmitted(
                job,
                client(),
                new ModelId(name("model")),
                digest(),
                pick(ItemKind.values()),
                units(),
                1 + random.nextInt(7),
                pick(Tier.values()),
                instant(),
                random.nextBoolean(),
                transaction(job, 0),
                instant());
    }

    private Event.JobAdmitted audit(Event.JobAdmitted plain) {
        JobId audited = job();
        int shard = random.nextInt(50);
        return new Event.JobAdmitted(
                plain.job(),
                plain.client(),
                plain.model(),
                plain.manifest(),
                plain.kind(),
                plain.units(),
                plain.quorum(),
                plain.tier(),
                plain.deadline(),
                plain.durable(),
                random.nextBoolean() ? plain.hold() : Optional.empty(),
                pick(Assurance.values()),
                maybe(() ->
                        new AuditOf(
                                audited,
                                shard,
                                nonNegative(),
                                nonNegative(),
                                ballot(audited, shard),
                                text(),
                                random.nextBoolean(),
                                pick(AuditOf.Cause.values()),
                                random.nextBoolean(),
                                random.nextBoolean(),
                                list(random.nextInt(3), this::owner))),
                maybe(() -> new Price(1 + nonNegative(), nonNegative())),
                random.nextBoolean() ? "" : name("k"),
                maybe(this::once),
                plain.at());
    }

    private Event.ShardSettled drawn(Event.ShardSettled plain) {
        return new Event.ShardSettled(
                plain.job(),
                plain.shard(),
                plain.from(),
                plain.to(),
                plain.canonical(),
                plain.agreeing(),
                plain.inconclusive(),
                plain.dissenting(),
                plain.payment(),
                random.nextInt(1_000_001),
                new AuditDraw.Draw(
                        random.nextBoolean(), random.nextBoolean(), random.nextBoolean()),
                list(random.nextInt(4), random::nextDouble),
                list(random.nextInt(3), () -> transaction(plain.job(), plain.shard())),
                list(random.nextInt(3), this::contributor),
                random.nextBoolean() ? plain.at() : instant(),
                plain.at());
    }

    private Event.ResultRetracted retracted(JobId job, int shard) {
        Ballot wrong = ballot(job, shard);
        return new Event.ResultRetracted(
                job,
                shard,
                nonNegative(),
                nonNegative(),
                wrong,
                job(),
                Optional.empty(),
                maybe(() -> transaction(job, 0)),
                instant());
    }

    private Event.StandingRestored standing() {
        return new Event.StandingRestored(
                owner(),
                new Standing(
                        instant(),
                        new Standing.Counts(
                                nonNegative(),
                                nonNegative(),
                                nonNegative(),
                                nonNegative(),
                                nonNegative(),
                                nonNegative(),
                                nonNegative(),
                                nonNegative(),
                                nonNegative()),
                        new Recent(random.nextDouble(), random.nextDouble(), instant()),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        new Standing.Probation(instant(), instant(), nonNegative())),
                maybe(() -> transaction(job(), 0)),
                against());
    }

    private Against against() {
        Against against = Against.NOTHING;
        for (int i = random.nextInt(3); i > 0; i--) {
            Ballot wrong = ballot(job(), random.nextInt(3));
            JobId by = random.nextBoolean() ? wrong.lease().job() : job();
            against = against.and(new Against.Outvote(wrong.node(), wrong.lease(), by, instant()));
        }
        return random.nextBoolean()
                ? against
                : against.convicted(new Against.Conviction(job(), name("why"), instant()));
    }

    public Event.BallotCast cast(JobId job, int shard) {
        int from = random.nextInt(1_000_000);
        int to = from + 1 + random.nextInt(100);
        return new Event.BallotCast(job, shard, from, to, ballot(job, shard), instant());
    }

    private Contributor contributor() {
        long joules = nonNegative();
        return new Contributor(
                owner().value(),
                random.nextBoolean() ? "" : name("eu"),
                maybe(() -> owner().value()),
                maybe(() -> owner().value()),
                new Effort(joules, joules / 3, nonNegative()),
                random.nextBoolean() ? OptionalLong.of(nonNegative()) : OptionalLong.empty(),
                maybe(() -> Duration.ofNanos(nonNegative())));
    }

    private OwnerTerms terms() {
        return new OwnerTerms(
                random.nextBoolean() ? "" : name("eu"),
                maybe(this::owner),
                maybe(this::owner),
                list(random.nextInt(3), this::tariff));
    }

    private Rates.Tariff tariff() {
        return new Rates.Tariff(hours(), nonNegative());
    }

    private Hours hours() {
        int from = random.nextInt(24);
        int to = 1 + (from + 1 + random.nextInt(22)) % 24;
        return new Hours(
                random.nextBoolean() ? "" : name("eu"),
                from,
                to == from ? 24 : to,
                random.nextBoolean()
                        ? new TreeSet<>()
                        : new TreeSet<>(List.of(pick(DayOfWeek.values()))));
    }

    /** Any that a file can hold. */
    public PayPolicy policy() {
        int owners = random.nextInt(1_000_001);
        var prices = new TreeMap<String, Long>();
        list(random.nextInt(3), () -> prices.put(name("m"), 1L + random.nextInt(1_000)));
        var zones = new TreeMap<String, ZoneId>();
        list(random.nextInt(3), () -> zones.put(name("eu"), ZoneId.of("Europe/Berlin")));
        var references = new TreeMap<String, PayPolicy.Reference>();
        list(
                random.nextInt(3),
                () ->
                        references.put(
                                name("m"),
                                new PayPolicy.Reference(
                                        random.nextInt(1_000), random.nextInt(1_000))));
        return new PayPolicy(
                prices,
                new RevenueShare(
                        1 + random.nextInt(1_000),
                        List.of(
                                new Share(Party.OWNER, owners),
                                new Share(Party.REFERRER, 1_000_000 - owners)),
                        pick(new Party[] {Party.OWNER, Party.REFERRER})),
                zones,
                references,
                new Rates(list(random.nextInt(3), this::tariff), nonNegative(), nonNegative()),
                new PayPolicy.Backing(
                        List.of(Party.VERIFICATION),
                        random.nextBoolean() ? List.of() : List.of(Party.PLATFORM)),
                new PayPolicy.QuickReturn(
                        Duration.ofNanos(nonNegative()), random.nextInt(1_000_001)),
                list(
                        random.nextInt(3),
                        () -> new PayPolicy.Surge(hours(), random.nextInt(1_000_000))),
                new PayPolicy.Availability(
                        random.nextInt(1_000_000), random.nextInt(25), new Money(nonNegative())));
    }

    public Event.ShardSettled settled(JobId job, int shard) {
        int from = random.nextInt(1_000_000);
        List<Ballot> agreeing = list(1 + random.nextInt(3), () -> ballot(job, shard));
        return new Event.ShardSettled(
                job,
                shard,
                from,
                from + 1 + random.nextInt(100),
                agreeing.getFirst().lease(),
                agreeing,
                list(random.nextInt(2), () -> ballot(job, shard)),
                list(random.nextInt(2), () -> ballot(job, shard)),
                transaction(job, shard),
                instant());
    }

    public Event.JobEnded ended(JobId job) {
        return new Event.JobEnded(
                job,
                pick(JobEnd.values()),
                random.nextBoolean() ? "" : text(),
                maybe(() -> transaction(job, 0)),
                maybe(() -> transaction(job, 0)),
                instant());
    }

    public Transaction transaction(JobId job, int shard) {
        var changes = new TreeMap<AccountId, Money>();
        int count = 1 + random.nextInt(Transaction.POSTINGS_MAX - 1);
        long sum = 0;
        for (int i = 0; i < count; i++) {
            long amount = 1 + random.nextLong(1L << random.nextInt(1, 40));
            if (changes.putIfAbsent(account(), new Money(amount)) == null) {
                sum += amount;
            }
        }
        changes.put(AccountId.ISSUED, new Money(-sum));
        List<Posting> postings = new ArrayList<>();
        changes.forEach((account, amount) -> postings.add(new Posting(account, amount)));
        return new Transaction(transactionId(job, shard), random.nextInt(5), postings);
    }

    public byte[] bytes(int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private TransactionId transactionId(JobId job, int shard) {
        return random.nextBoolean()
                ? TransactionId.settle(job.toString(), Integer.toString(shard))
                : new TransactionId(
                        TransactionKind.ofCode(1 + random.nextInt(FIRST_TRANSACTIONS)),
                        random.nextBoolean() ? job.toString() : name("subject"),
                        random.nextBoolean() ? "" : name("detail"));
    }

    private Event.JobRestored restored() {
        List<SettledRange> settled =
                list(
                        random.nextInt(5),
                        () -> new SettledRange(random.nextInt(100), 100 + random.nextInt(100)));
        return new Event.JobRestored(admitted(), money(), nonNegative(), settled);
    }

    private BookState book() {
        return new BookState(
                list(random.nextInt(20), () -> new Posting(account(), money())),
                list(random.nextInt(5), this::hold),
                list(random.nextInt(5), this::booked));
    }

    private BookState.HoldState hold() {
        String job = job().toString();
        return new BookState.HoldState(
                job,
                AccountId.hold(client().value()),
                AccountId.prepaid(client().value()),
                money(),
                money(),
                random.nextLong(),
                list(
                        random.nextInt(4),
                        () ->
                                random.nextBoolean()
                                        ? booked()
                                        : new BookState.Booked(
                                                TransactionId.settle(job, "" + nonNegative()),
                                                random.nextLong())));
    }

    private BookState.Booked booked() {
        return new BookState.Booked(transactionId(job(), 1), random.nextLong());
    }

    private Ballot ballot(JobId job, int shard) {
        boolean same = random.nextInt(8) > 0;
        var lease =
                new Lease(
                        same ? job : job(),
                        same ? shard : nonNegative(),
                        random.nextInt(12),
                        random.nextInt(100));
        return new Ballot(lease, node(), owner(), digest(), digest());
    }

    private static Event.BallotCast with(
            Event.BallotCast plain, NumericClass numericClass, Evidence evidence) {
        Ballot ballot = plain.ballot();
        return new Event.BallotCast(
                plain.job(),
                plain.shard(),
                plain.from(),
                plain.to(),
                new Ballot(
                        ballot.lease(),
                        ballot.node(),
                        ballot.owner(),
                        ballot.commit(),
                        ballot.output(),
                        numericClass,
                        evidence),
                plain.at());
    }

    private ModelSpec model() {
        return new ModelSpec(
                new ModelId(name("model")),
                digest(),
                nonNegative(),
                nonNegative(),
                1 + random.nextLong(Long.MAX_VALUE),
                new ModelManifest.Comparator(1, random.nextDouble()),
                random.nextLong(Long.MAX_VALUE));
    }

    private NumericClass numericClass(String processor) {
        return new NumericClass(
                "ort-1", "CPU", "model", processor, random.nextBoolean() ? "" : "f00d");
    }

    private WorkUnits units() {
        int items = random.nextInt(300);
        if (random.nextBoolean()) {
            return WorkUnits.even(items, 1 + random.nextInt(500));
        }
        var units = new int[items];
        for (int i = 0; i < items; i++) {
            units[i] = 1 + random.nextInt(1 << random.nextInt(1, 20));
        }
        return WorkUnits.of(units);
    }

    private Money money() {
        return new Money(random.nextLong() | 1);
    }

    private AccountId account() {
        return switch (random.nextInt(5)) {
            case 0 -> AccountId.REVENUE;
            case 1 -> AccountId.VERIFICATION;
            case 2 -> AccountId.prepaid(client().value());
            case 3 -> AccountId.hold(client().value());
            default -> AccountId.escrow(owner().value());
        };
    }

    private JobId job() {
        return new JobId(1 + random.nextLong(1L << random.nextInt(1, 63)));
    }

    private ClientId client() {
        return new ClientId(name("client"));
    }

    private OwnerId owner() {
        return new OwnerId(name("owner"));
    }

    private NodeId node() {
        return new NodeId(name("node"));
    }

    private String name(String kind) {
        return kind + "-" + random.nextInt(40);
    }

    private Digest digest() {
        return new Digest(
                random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
    }

    private Instant instant() {
        return switch (random.nextInt(10)) {
            case 0 -> Instant.MAX;
            case 1 -> Instant.MIN;
            default ->
                    Instant.ofEpochSecond(
                            random.nextLong(-5_000_000_000L, 5_000_000_000L),
                            random.nextInt(1_000_000_000));
        };
    }

    private int nonNegative() {
        return random.nextInt(Integer.MAX_VALUE) >>> random.nextInt(31);
    }

    private String text() {
        var text = new StringBuilder();
        for (int i = random.nextInt(30); i > 0; i--) {
            text.appendCodePoint(random.nextInt(4) > 0 ? random.nextInt(32, 127) : 0x1F697);
        }
        return text.toString();
    }

    private <T> Optional<T> maybe(Supplier<T> make) {
        return random.nextBoolean() ? Optional.of(make.get()) : Optional.empty();
    }

    private <T> T pick(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private static <T> List<T> list(int count, Supplier<? extends T> make) {
        var list = new ArrayList<T>(count);
        for (int i = 0; i < count; i++) {
            list.add(make.get());
        }
        return list;
    }
}
