package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.adapter.log.wire.BookRecord;
import org.idlefleet.coordinator.adapter.log.wire.BookedRecord;
import org.idlefleet.coordinator.adapter.log.wire.HoldRecord;
import org.idlefleet.coordinator.adapter.log.wire.TransactionRecord;
import org.idlefleet.ledger.BookState;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;

import java.util.ArrayList;
import java.util.List;

/** Transactions and the book's state as records and back. */
final class MoneyCodec {
    private MoneyCodec() {}

    /**
     * @param subject what the id's subject is, if the record says nothing
     * @param detail the same of its detail
     */
    static TransactionRecord write(
            Transaction transaction, String subject, String detail, NameTable names) {
        TransactionId id = transaction.id();
        var record =
                TransactionRecord.newBuilder()
                        .setKind(id.kind().code())
                        .setPolicy(transaction.policy());
        if (!id.subject().equals(subject)) {
            record.setSubject(id.subject());
        }
        if (!id.detail().equals(detail)) {
            record.setDetail(id.detail());
        }
        List<Posting> postings = transaction.postings();
        for (int i = 0; i < postings.size(); i++) {
            Posting posting = postings.get(i);
            record.addAccounts(names.number(posting.account().path()));
            record.addAmounts(posting.amount().millionths());
        }
        return record.build();
    }

    static Transaction read(TransactionRecord record, String subject, String detail, Names names) {
        var id =
                new TransactionId(
                        TransactionKind.ofCode(record.getKind()),
                        record.hasSubject() ? record.getSubject() : subject,
                        record.hasDetail() ? record.getDetail() : detail);
        return new Transaction(
                id,
                record.getPolicy(),
                postings(record.getAccountsList(), record.getAmountsList(), names));
    }

    static BookRecord write(BookState state, long lastJob, NameTable names) {
        var record = BookRecord.newBuilder().setLastJob(lastJob);
        for (Posting balance : state.balances()) {
            record.addAccounts(names.number(balance.account().path()));
            record.addBalances(balance.amount().millionths());
        }
        state.holds().forEach(hold -> record.addHolds(write(hold, names)));
        state.booked().forEach(booked -> record.addBooked(write(booked, "")));
        return record.build();
    }

    static BookState read(BookRecord record, Names names) {
        var holds = new ArrayList<BookState.HoldState>(record.getHoldsCount());
        for (HoldRecord hold : record.getHoldsList()) {
            holds.add(
                    new BookState.HoldState(
                            hold.getJob(),
                            names.account(hold.getAccount()),
                            names.account(hold.getPrepaid()),
                            Money.ofMillionths(hold.getCeiling()),
                            Money.ofMillionths(hold.getRest()),
                            hold.getFingerprint(),
                            booked(hold.getSettledList(), hold.getJob())));
        }
        return new BookState(
                postings(record.getAccountsList(), record.getBalancesList(), names),
                holds,
                booked(record.getBookedList(), ""));
    }

    private static HoldRecord write(BookState.HoldState hold, NameTable names) {
        var record =
                HoldRecord.newBuilder()
                        .setJob(hold.job())
                        .setAccount(names.number(hold.account().path()))
                        .setPrepaid(names.number(hold.prepaid().path()))
                        .setCeiling(hold.ceiling().millionths())
                        .setRest(hold.rest().millionths())
                        .setFingerprint(hold.fingerprint());
        hold.settled().forEach(booked -> record.addSettled(write(booked, hold.job())));
        return record.build();
    }

    private static BookedRecord write(BookState.Booked booked, String job) {
        TransactionId id = booked.id();
        var record =
                BookedRecord.newBuilder()
                        .setDetail(id.detail())
                        .setFingerprint(booked.fingerprint());
        if (id.kind() != TransactionKind.SETTLE) {
            record.setKind(id.kind().code());
        }
        if (!id.subject().equals(job)) {
            record.setSubject(id.subject());
        }
        return record.build();
    }

    private static List<BookState.Booked> booked(List<BookedRecord> records, String job) {
        var booked = new ArrayList<BookState.Booked>(records.size());
        for (BookedRecord record : records) {
            TransactionKind kind =
                    record.getKind() == 0
                            ? TransactionKind.SETTLE
                            : TransactionKind.ofCode(record.getKind());
            String subject = record.hasSubject() ? record.getSubject() : job;
            booked.add(
                    new BookState.Booked(
                            new TransactionId(kind, subject, record.getDetail()),
                            record.getFingerprint()));
        }
        return booked;
    }

    private static List<Posting> postings(List<Integer> accounts, List<Long> amounts, Names names) {
        if (accounts.size() != amounts.size()) {
            throw new IllegalArgumentException(
                    "expected as many amounts as accounts, found "
                            + amounts.size()
                            + " and "
                            + accounts.size());
        }
        var postings = new ArrayList<Posting>(accounts.size());
        for (int i = 0; i < accounts.size(); i++) {
            postings.add(
                    new Posting(
                            names.account(accounts.get(i)), Money.ofMillionths(amounts.get(i))));
        }
        return postings;
    }
}
