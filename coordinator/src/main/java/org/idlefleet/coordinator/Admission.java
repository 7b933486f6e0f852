package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Command.CreateApiKey;
import org.idlefleet.coordinator.Command.FundClient;
import org.idlefleet.coordinator.Command.IssueToken;
import org.idlefleet.coordinator.Command.RedeemToken;
import org.idlefleet.coordinator.Command.RegisterModel;
import org.idlefleet.coordinator.Command.RenewNode;
import org.idlefleet.coordinator.Command.RevokeApiKey;
import org.idlefleet.coordinator.Command.SubmitJob;
import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.Event.NodeEnrolled;
import org.idlefleet.coordinator.Event.TokenIssued;
import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.Device;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Check;
import org.idlefleet.ledger.Conviction;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Says yes or no to jobs, keys, tokens and funds. */
final class Admission {
    private final Fleet fleet;
    private final Jobs jobs;
    private final Registry registry;
    private final Trust trust;
    private final Book book;
    private final Policy policy;
    private final Pay pay;
    private final Repeats repeats;

    Admission(
            Fleet fleet,
            Jobs jobs,
            Registry registry,
            Trust trust,
            Book book,
            Policy policy,
            Pay pay,
            Repeats repeats) {
        this.fleet = fleet;
        this.jobs = jobs;
        this.registry = registry;
        this.trust = trust;
        this.book = book;
        this.policy = policy;
        this.pay = pay;
        this.repeats = repeats;
    }

    Decision submit(SubmitJob submit, Instant now) {
        Optional<Answer> before =
                submit.once().flatMap(once -> repeats.answer(submit.client(), once, now));
        if (before.isPresent()) {
            return Decision.send(new Send.Reply(submit.request(), before.get()));
        }
        JobRequest request = submit.job();
        Optional<ModelSpec> model = registry.model(request.model());
        if (model.isEmpty()) {
            return refuse(submit, new Refusal.UnknownModel(request.model()));
        }
        Assurance assurance = registry.terms(submit.client()).of(request);
        boolean asAsked = request.assurance().equals(Optional.of(assurance));
        boolean fewer = request.assurance().isPresent() && !asAsked && request.quorum() > 1;
        if (fewer) {
            return refuse(
                    submit,
                    new Refusal.Conflict(
                            "the operator's terms for "
                                    + submit.client()
                                    + " are "
                                    + assurance.word()
                                    + " at least, under which every shard runs once: leave the"
                                    + " quorum out, found "
                                    + request.quorum()));
        }
        int quorum = assurance == Assurance.QUORUM || asAsked ? request.quorum() : 1;
        Optional<Refusal> refusal =
                limits(submit.client(), request, assurance, quorum, model.get());
        if (refusal.isPresent()) {
            return refuse(submit, refusal.get());
        }
        var job = new JobId(jobs.lastJob() + 1);
        String client = submit.client().value();
        Price price = pay.price(model.get());
        Money ceiling = price.ceiling(request.units().total() * quorum);
        Transaction hold = Transaction.hold(job.toString(), client, ceiling);
        if (book.check(hold) instanceof Check.Refusal) {
            Money available = book.balance(AccountId.prepaid(client));
            return refuse(submit, new Refusal.NoFunds(ceiling, available));
        }
        return new Decision.Builder()
                .event(
                        new JobAdmitted(
                                job,
                                submit.client(),
                                request.model(),
                                model.get().manifest(),
                                request.kind(),
                                request.units(),
                                quorum,
                                request.tier(),
                                request.deadline(),
                                request.durable(),
                                Optional.of(hold),
                                assurance,
                                Optional.empty(),
                                Optional.of(price),
                                submit.key(),
                                submit.once(),
                                now))
                .send(new Send.Reply(submit.request(), new Answer.Admitted(job, assurance)))
                .build();
    }

    /**
     * A newer manifest under the same name replaces the older; the same one again changes nothing.
     */
    Decision register(RegisterModel register, Instant now) {
        Optional<ModelSpec> known = registry.model(register.model().model());
        if (known.equals(Optional.of(register.model()))) {
            return done(register);
        }
        return new Decision.Builder()
                .event(new Event.ModelRegistered(register.model(), now))
                .send(new Send.Announce(register.model()))
                .send(new Send.Reply(register.request(), new Answer.Done()))
                .build();
    }

    Decision createKey(CreateApiKey create, Instant now) {
        if (create.client().equals(Audits.PAYER)) {
            return refuse(
                    create, new Refusal.Conflict("no client can be called " + create.client()));
        }
        return registry.key(create.key()).isPresent()
                ? refuse(create, new Refusal.Conflict("key " + create.key() + " exists already"))
                : done(
                        create,
                        new Event.ApiKeyCreated(
                                create.key(), create.client(), create.secretHash(), now));
    }

    Decision revokeKey(RevokeApiKey revoke, Instant now) {
        return registry.key(revoke.key()).isPresent()
                ? done(revoke, new Event.ApiKeyRevoked(revoke.key(), now))
                : refuse(revoke, new Refusal.Conflict("there is no key " + revoke.key()));
    }

    /** The policy that is in force anyway changes nothing. */
    Decision set(Command.SetPolicy wish, Instant now) {
        Optional<Refusal> refusal = pay.refusal(wish.policy());
        if (refusal.isPresent()) {
            return refuse(wish, refusal.get());
        }
        return wish.policy().equals(pay.policy())
                ? done(wish)
                : done(wish, new Event.PolicySet(wish.policy(), Money.ZERO, now));
    }

    Decision set(Command.SetOwnerTerms wish, Instant now) {
        OwnerTerms terms = wish.terms();
        Optional<OwnerId> own = Optional.of(wish.owner());
        if (terms.fleet().equals(own) || terms.referrer().equals(own)) {
            return refuse(
                    wish,
                    new Refusal.Conflict(
                            "owner "
                                    + wish.owner()
                                    + " can be neither its own fleet nor its own referrer"));
        }
        return terms.equals(pay.terms(wish.owner()))
                ? done(wish)
                : done(wish, new Event.OwnerTermsSet(wish.owner(), terms, now));
    }

    Decision fund(FundClient fund, Instant now) {
        String client = fund.client().value();
        Transaction transaction = Transaction.fund(client, fund.reference(), fund.amount());
        if (transaction.id().refunded().isPresent()) {
            return refuse(
                    fund,
                    new Refusal.Conflict(
                            "payment "
                                    + fund.reference()
                                    + " reads as a refund of ours: name it otherwise"));
        }
        Money owed = book.balance(AccountId.clientDebt(client)).negate();
        if (!owed.isPositive() || !(book.check(transaction) instanceof Check.Bookable)) {
            return booked(fund, transaction, now);
        }
        Transaction repayment = Conviction.repayment(client, fund.reference(), fund.amount(), owed);
        return new Decision.Builder()
                .event(new Event.Booked(transaction, now))
                .event(new Event.Booked(repayment, now))
                .send(new Send.Reply(fund.request(), new Answer.Done()))
                .build();
    }

    /** Only a payment that was booked can be taken back, and once. */
    Decision chargeBack(Command.ChargeBack back, Instant now) {
        String client = back.client().value();
        Check paid = book.check(Transaction.fund(client, back.reference(), back.amount()));
        if (!(paid instanceof Check.Known)) {
            return refuse(
                    back,
                    new Refusal.Conflict(
                            paid instanceof Check.Conflict
                                    ? "payment "
                                            + back.reference()
                                            + " of "
                                            + client
                                            + " had another amount than "
                                            + back.amount()
                                    : client + " has paid nothing under " + back.reference()));
        }
        Transaction transaction =
                Conviction.chargeback(
                        client,
                        back.reference(),
                        back.amount(),
                        book.balance(AccountId.prepaid(client)));
        // What was prepaid then is not prepaid now: known by its name alone.
        return book.check(transaction) instanceof Check.Bookable
                ? done(back, new Event.Booked(transaction, now))
                : done(back);
    }

    Decision book(Command.Book wish, Instant now) {
        Transaction transaction = wish.transaction();
        if (transaction.kind().ofHold()) {
            return refuse(
                    wish,
                    new Refusal.Conflict(
                            transaction.id() + " belongs to a job: only its shards book it"));
        }
        return booked(wish, transaction, now);
    }

    private Decision booked(Command.Asked wish, Transaction transaction, Instant now) {
        return switch (book.check(transaction)) {
            case Check.Known _ -> done(wish);
            case Check.Bookable _ -> done(wish, new Event.Booked(transaction, now));
            case Check.Refusal refusal -> refuse(wish, new Refusal.Conflict(refusal.reason()));
        };
    }

    Decision issueToken(IssueToken issue, Instant now) {
        return done(issue, new TokenIssued(issue.owner(), issue.tokenHash(), issue.expires(), now));
    }

    /**
     * The same key with the same token again gets the same answer: the first one may have been
     * lost.
     */
    Decision redeem(RedeemToken redeem, Instant now) {
        Optional<NodeEnrolled> earlier = registry.nodeOfToken(redeem.tokenHash());
        if (earlier.isPresent()) {
            return earlier.get().publicKey().equals(redeem.publicKey())
                    ? enrolled(redeem, earlier.get())
                    : refuse(
                            redeem,
                            new Refusal.BadToken(
                                    "this enrolment token was used before; ask the operator for a"
                                            + " new one"));
        }
        Optional<TokenIssued> token = registry.token(redeem.tokenHash());
        if (token.isEmpty()) {
            return refuse(
                    redeem,
                    new Refusal.BadToken(
                            "this enrolment token is not known here; ask the operator for a new"
                                    + " one"));
        }
        if (!token.get().expires().isAfter(now)) {
            return refuse(
                    redeem,
                    new Refusal.BadToken(
                            "this enrolment token expired at "
                                    + token.get().expires()
                                    + "; ask the operator for a new one"));
        }
        if (trust.convicted(token.get().owner())) {
            return refuse(redeem, new Refusal.BadToken(trust.turnedAway(token.get().owner())));
        }
        NodeId node = Registry.nodeId(token.get().owner(), redeem.publicKey());
        var event =
                new NodeEnrolled(
                        node, token.get().owner(), redeem.tokenHash(), redeem.publicKey(), now);
        return new Decision.Builder()
                .event(event)
                .send(new Send.Reply(redeem.request(), new Answer.Enrolled(node, event.owner())))
                .build();
    }

    Decision renew(RenewNode renew) {
        Optional<NodeEnrolled> node = registry.node(renew.node());
        if (node.isEmpty()
                || registry.ban(renew.node()).isPresent()
                || trust.convicted(renew.owner())
                || trust.device(renew.owner(), renew.node()).faulty()) {
            return refuse(
                    renew,
                    new Refusal.BadToken(
                            "node " + renew.node() + " may not renew its certificate here"));
        }
        return enrolled(renew, node.get());
    }

    Decision terms(Command.SetTerms wish, Instant now) {
        ClientTerms terms = wish.terms();
        if (terms.usual().weakerThan(terms.floor())) {
            return refuse(
                    wish,
                    new Refusal.Conflict(
                            "what "
                                    + wish.client()
                                    + " usually gets, "
                                    + terms.usual().word()
                                    + ", is weaker than the floor, "
                                    + terms.floor().word()
                                    + ": change both at once"));
        }
        return registry.terms(wish.client()).equals(terms)
                ? done(wish)
                : done(wish, new Event.TermsSet(wish.client(), terms, now));
    }

    Decision trust(Command.TrustOwner wish, Instant now) {
        if (wish.trusted() && trust.convicted(wish.owner())) {
            return refuse(
                    wish,
                    new Refusal.Conflict(
                            "owner "
                                    + wish.owner()
                                    + " is convicted: reinstate it before you trust it"));
        }
        return trust.trusted(wish.owner()) == wish.trusted()
                ? done(wish)
                : done(wish, new Event.OwnerTrusted(wish.owner(), wish.trusted(), now));
    }

    /**
     * What was forfeited comes back, if nothing has been done with it since; devices that were
     * turned away may work again, and show anew that they compute right.
     */
    Decision reinstate(Command.ReinstateOwner wish, Instant now) {
        boolean faulty = trust.devices(wish.owner()).values().stream().anyMatch(Device::faulty);
        if (!trust.convicted(wish.owner()) && !faulty) {
            return refuse(
                    wish,
                    new Refusal.Conflict(
                            "owner "
                                    + wish.owner()
                                    + " is not convicted, and none of its devices was turned"
                                    + " away"));
        }
        Optional<Transaction> restored =
                trust.forfeit(wish.owner())
                        .map(Transaction::reverse)
                        .filter(reversal -> book.check(reversal) instanceof Check.Bookable);
        return done(wish, new Event.OwnerReinstated(wish.owner(), wish.reason(), restored, now));
    }

    private Optional<Refusal> limits(
            ClientId client, JobRequest request, Assurance assurance, int quorum, ModelSpec model) {
        Policy.Limits limits = policy.limits();
        Duration retry = policy.pace().retryAfter();
        int items = request.units().items();
        if (items < 1 || items > limits.itemsPerJob()) {
            return Optional.of(new Refusal.BadSize(items, limits.itemsPerJob()));
        }
        if (quorum < 1 || quorum > limits.quorum()) {
            return Optional.of(new Refusal.BadQuorum(quorum, limits.quorum()));
        }
        if (assurance != Assurance.QUORUM && quorum != 1) {
            return Optional.of(
                    new Refusal.Conflict(
                            "under the terms "
                                    + assurance.word()
                                    + " every shard runs once and is audited: leave the quorum at"
                                    + " 1, found "
                                    + quorum));
        }
        if (jobs.open().size() >= limits.openJobs()) {
            return Optional.of(new Refusal.Full("openJobs", limits.openJobs(), retry));
        }
        if (jobs.openOf(client) >= limits.openJobsPerClient()) {
            return Optional.of(
                    new Refusal.Full("openJobsPerClient", limits.openJobsPerClient(), retry));
        }
        int owners = trust.owners(fleet, model.manifest(), assurance, quorum);
        return request.tier() == Tier.INTERACTIVE && owners < quorum
                ? Optional.of(
                        new Refusal.NoNodes(
                                request.model(),
                                owners,
                                quorum,
                                assurance == Assurance.TRUSTED_ONLY,
                                retry))
                : Optional.empty();
    }

    private static Decision enrolled(Command.Asked asked, NodeEnrolled node) {
        return Decision.send(
                new Send.Reply(asked.request(), new Answer.Enrolled(node.node(), node.owner())));
    }

    private static Decision done(Command.Asked asked) {
        return Decision.send(new Send.Reply(asked.request(), new Answer.Done()));
    }

    private static Decision done(Command.Asked asked, Event event) {
        return new Decision.Builder()
                .event(event)
                .send(new Send.Reply(asked.request(), new Answer.Done()))
                .build();
    }

    static Decision refuse(Command.Asked asked, Refusal refusal) {
        return Decision.send(new Send.Reply(asked.request(), new Answer.Refused(refusal)));
    }
}
