package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Finality;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionKind;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds, in one reading of the ledger, which earnings have become final. Books nothing: the core
 * does.
 */
final class Maturing {
    private final Finality finality;
    private final LocalDate today;
    private final Map<String, Earned> owners = new TreeMap<>();

    private Maturing(Finality finality, LocalDate today) {
        this.finality = finality;
        this.today = today;
    }

    /** An owner's escrow so far, with the day up to which earnings are final. */
    private static final class Earned {
        final LocalDate upTo;
        Money earned = Money.ZERO;
        Money taken = Money.ZERO;

        Earned(LocalDate upTo) {
            this.upTo = upTo;
        }
    }

    static List<Transaction> due(
            LedgerReader ledger, Finality finality, LocalDate today, Set<String> suspended) {
        var maturing = new Maturing(finality, today);
        ledger.visit(1, Long.MAX_VALUE, maturing::row);
        Map<AccountId, Money> balances = ledger.balances();
        var due = new ArrayList<Transaction>();
        maturing.owners.forEach((owner, earned) -> {
            if (!suspended.contains(owner)) {
                Money debt = balances.getOrDefault(AccountId.ownerDebt(owner), Money.ZERO);
                Money owed = debt.isNegative() ? debt.negate() : Money.ZERO;
                Optional<Transaction> matured =
                        Finality.mature(owner, earned.upTo, earned.earned, earned.taken, owed);
                matured.ifPresent(due::add);
            }
        });
        return List.copyOf(due);
    }

    private void row(BookedRow row) {
        LocalDate day = row.bookedAt().atZone(ZoneOffset.UTC).toLocalDate();
        boolean settled = row.transaction().kind() == TransactionKind.SETTLE;
        for (Posting posting : row.transaction().postings()) {
            if (posting.account().isOwners("escrow")) {
                Earned owner =
                        owners.computeIfAbsent(
                                posting.account().name(),
                                _ -> new Earned(finality.finalUpTo(day, today)));
                if (!settled) {
                    owner.taken = owner.taken.minus(posting.amount());
                } else if (!day.isAfter(owner.upTo)) {
                    owner.earned = owner.earned.plus(posting.amount());
                }
            }
        }
    }
}
