package org.idlefleet.ledger.adapter.payout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The provider that is a folder: {@code RUN.pain001.xml} goes out to the bank by the operator's
 * hand, and the bank's answers are put beside it as {@code RUN*.pain002.xml}.
 *
 * <p>Writing a run again writes the same file; its message id is the run's, which banks take only
 * once.
 */
public final class BankFiles implements PayoutProvider {
    private final Path folder;
    private final PainFile pain;
    private final LocalDate executionDay;

    public BankFiles(Path folder, Payee debtor, LocalDate executionDay) {
        this.folder = folder;
        this.pain = new PainFile(debtor);
        this.executionDay = executionDay;
    }

    @Override
    public void submit(String run, List<PayoutOrder> orders) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve(run + ".pain001.xml");
        if (Files.exists(file)) {
            return;
        }
        Path next = folder.resolve(run + ".pain001.xml.next");
        Files.writeString(next, pain.text(run, executionDay, orders));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public Map<String, PayoutStatus> statuses(String run, List<PayoutOrder> orders)
            throws IOException {
        var byId = new TreeMap<String, PayoutStatus>();
        try (var reports = Files.newDirectoryStream(folder, run + "*.pain002.xml")) {
            var sorted = new TreeMap<String, Path>();
            reports.forEach(report -> sorted.put(report.toString(), report));
            for (Path report : sorted.values()) {
                byId.putAll(PainStatusReport.read(Files.readString(report)));
            }
        }
        PayoutStatus ofAll = byId.getOrDefault("", PayoutStatus.PENDING);
        var byKey = new TreeMap<String, PayoutStatus>();
        orders.forEach(
                order -> byKey.put(order.key(), byId.getOrDefault(order.endToEndId(), ofAll)));
        return byKey;
    }
}
