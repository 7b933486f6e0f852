package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.Money;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.function.IntFunction;

/**
 * Which accounts have moved since the table of accounts was last brought up to date.
 *
 * <p>Writing every balance with every commit would rewrite a page for nearly every owner; written
 * once in many transactions it costs little, and readers add what came later.
 */
final class Projection {
    private final BitSet touched = new BitSet();
    private long upTo;

    Projection(long upTo) {
        this.upTo = upTo;
    }

    long upTo() {
        return upTo;
    }

    void touch(int account) {
        touched.set(account);
    }

    void write(PreparedStatement update, IntFunction<Money> balance) throws SQLException {
        if (touched.isEmpty()) {
            return;
        }
        for (int account = touched.nextSetBit(0);
                account >= 0;
                account = touched.nextSetBit(account + 1)) {
            update.setLong(1, balance.apply(account).millionths());
            update.setInt(2, account);
            update.addBatch();
        }
        update.executeBatch();
        touched.clear();
    }

    void reach(long sequence) {
        upTo = sequence;
    }
}
