package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.Posting;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the ledger says, as JSON for the API and the command alike: money is decimal text. */
public final class LedgerJson {
    private LedgerJson() {}

    public static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }

    /** Opening, every line, closing. */
    public static ObjectNode of(Statement statement) {
        ObjectNode json =
                object().put("name", statement.name())
                        .put("from", statement.from().toString())
                        .put("to", statement.to().toString())
                        .put("opening", statement.openingTotal().toString())
                        .put("movement", statement.movement().toString())
                        .put("closing", statement.closingTotal().toString());
        ArrayNode accounts = json.putArray("accounts");
        statement
                .closing()
                .forEach((account, closing) ->
                        accounts.addObject()
                                .put("account", account.path())
                                .put("opening", String.valueOf(statement.opening().get(account)))
                                .put("closing", closing.toString()));
        ArrayNode lines = json.putArray("lines");
        for (AccountLine line : statement.lines()) {
            lines.addObject()
                    .put("sequence", line.sequence())
                    .put("booked", line.bookedAt().toString())
                    .put("effective", line.effectiveAt().toString())
                    .put("transaction", line.transaction().toString())
                    .put("policy", line.policy())
                    .put("account", line.account().path())
                    .put("amount", line.amount().toString())
                    .put("balance", line.balance().toString());
        }
        return json;
    }

    public static ObjectNode of(BookedRow row) {
        ObjectNode json =
                object().put("id", row.transaction().id().toString())
                        .put("sequence", row.sequence())
                        .put("position", row.position())
                        .put("booked", row.bookedAt().toString())
                        .put("effective", row.booking().effectiveAt().toString())
                        .put("policy", row.transaction().policy());
        ArrayNode postings = json.putArray("postings");
        for (Posting posting : row.transaction().postings()) {
            postings.addObject()
                    .put("account", posting.account().path())
                    .put("amount", posting.amount().toString());
        }
        return json;
    }

    public static ObjectNode of(TrialBalance trial) {
        ObjectNode json = object().put("balanced", trial.isBalanced());
        ArrayNode lines = json.putArray("lines");
        for (TrialBalance.Line line : trial.lines()) {
            lines.addObject()
                    .put("kind", line.kind())
                    .put("asset", line.asset())
                    .put("accounts", line.accounts())
                    .put("balance", line.balance().toString());
        }
        ObjectNode totals = json.putObject("totals");
        trial.totals().forEach((asset, total) -> totals.put(asset, total.toString()));
        return json;
    }

    public static ObjectNode of(LedgerCheck check) {
        ObjectNode json =
                object().put("transactions", check.transactions())
                        .put("accounts", check.accounts())
                        .put("position", check.position())
                        .put("clean", check.isClean());
        ArrayNode faults = json.putArray("faults");
        check.faults().forEach(faults::add);
        return json;
    }
}
