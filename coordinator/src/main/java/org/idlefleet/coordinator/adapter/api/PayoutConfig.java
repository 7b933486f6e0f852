package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.ledger.adapter.payout.BankFiles;
import org.idlefleet.ledger.adapter.payout.Payee;
import org.idlefleet.ledger.adapter.payout.PayoutProvider;
import org.idlefleet.ledger.adapter.payout.PayoutTerms;
import org.idlefleet.ledger.adapter.payout.TransferService;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How owners are paid, and where: terms, the list of payees, and the bank or the payment service.
 *
 * @param directory holds {@code payouts.db}, {@code payees.csv}, and the files for and from the
 *     bank
 * @param terms empty if the operator has set none: nobody is paid out then
 * @param debtor whom the money comes from, for the bank's files
 * @param service where a payment service answers, in place of the bank's files
 * @param serviceKey the file with its key
 */
public record PayoutConfig(
        Path directory,
        Optional<PayoutTerms> terms,
        Optional<Payee> debtor,
        Optional<URI> service,
        Path serviceKey) {
    private static final String HEADING = "owner,name,account";

    PayoutProvider provider(LocalDate today) throws IOException {
        if (service.isPresent()) {
            return new TransferService(service.get(), Files.readString(serviceKey).strip());
        }
        Payee payer =
                debtor.orElseThrow(() ->
                        new IllegalArgumentException(
                                "payouts: set payouts.debtorName and payouts.debtorIban, or"
                                        + " payouts.service"));
        return new BankFiles(bank(), payer, today);
    }

    /** Where files for the bank are written and its answers are looked for. */
    Path bank() {
        return directory.resolve("bank");
    }

    /** The payees that {@code payees.csv} names, one a line: owner, name, account. */
    List<Payee> payees() throws IOException {
        Path file = directory.resolve("payees.csv");
        if (!Files.exists(file)) {
            throw new IllegalArgumentException(
                    "payouts: there is no " + file + " with the lines '" + HEADING + "'");
        }
        var payees = new ArrayList<Payee>();
        for (String line : Files.readAllLines(file)) {
            String[] parts = line.split(",", -1);
            if (line.isBlank() || line.equals(HEADING)) {
                continue;
            }
            if (parts.length != 3) {
                throw new IllegalArgumentException(
                        file + ": expected '" + HEADING + "', found '" + line + "'");
            }
            payees.add(new Payee(parts[0].strip(), parts[1].strip(), parts[2].strip()));
        }
        return payees;
    }
}
