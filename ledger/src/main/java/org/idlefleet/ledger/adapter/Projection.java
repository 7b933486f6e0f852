package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.Money;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What has happened to accounts since the tables of accounts and of their lines were last brought
 * up to date.
 *
 * <p>Writing every balance with every commit would rewrite a page for nearly every owner; written
 * once in many transactions it costs little, and readers add what came later.
 */
final class Projection {
    /** Account and sequence of each posting, in the order of booking. */
    private int[] accounts = new int[64];

    private long[] sequences = new long[64];
    private int postings;
    private long upTo;

    Projection(long upTo) {
        this.upTo = upTo;
    }

    /**
     * What an account's postings since the last time come to.
     *
     * @param opening the balance before them, millionths
     * @param closing the balance after them, millionths
     * @param offsets how far before {@code last} each of their transactions is, as JSON
     */
    record Lines(int account, long last, long opening, long closing, String offsets) {}

    long upTo() {
        return upTo;
    }

    void touch(int account, long sequence) {
        if (postings == accounts.length) {
            accounts = Arrays.copyOf(accounts, 2 * postings);
            sequences = Arrays.copyOf(sequences, 2 * postings);
        }
        accounts[postings] = account;
        sequences[postings++] = sequence;
    }

    /**
     * The lines of all accounts that were touched, in the order of their numbers.
     *
     * @param last the newest transaction
     * @param before balances as they were last projected
     * @param now balances after {@code last}
     */
    List<Lines> lines(long last, IntFunction<Money> before, IntFunction<Money> now) {
        int[] order = byAccount();
        var lines = new ArrayList<Lines>();
        for (int i = 0; i < postings; ) {
            int account = accounts[order[i]];
            var offsets = new StringBuilder("[");
            long sequence = 0;
            for (; i < postings && accounts[order[i]] == account; i++) {
                if (sequences[order[i]] != sequence) {
                    sequence = sequences[order[i]];
                    offsets.append(offsets.length() == 1 ? "" : ",").append(last - sequence);
                }
            }
            lines.add(
                    new Lines(
                            account,
                            last,
                            before.apply(account).millionths(),
                            now.apply(account).millionths(),
                            offsets.append(']').toString()));
        }
        return lines;
    }

    /** All up to this transaction is up to date. */
    void reach(long sequence) {
        postings = 0;
        upTo = sequence;
    }

    /** The postings by account, and within one in the order of booking. */
    private int[] byAccount() {
        int most = 0;
        for (int i = 0; i < postings; i++) {
            most = Math.max(most, accounts[i]);
        }
        var starts = new int[most + 2];
        for (int i = 0; i < postings; i++) {
            starts[accounts[i] + 1]++;
        }
        for (int account = 1; account < starts.length; account++) {
            starts[account] += starts[account - 1];
        }
        var order = new int[postings];
        for (int i = 0; i < postings; i++) {
            order[starts[accounts[i]]++] = i;
        }
        return order;
    }
}
