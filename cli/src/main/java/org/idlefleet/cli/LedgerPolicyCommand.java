package org.idlefleet.cli;

import org.idlefleet.ledger.adapter.policy.PolicyFile;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.protocol.adapter.Sentence;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The ledger's commands about how work is paid: the policy in force, and the terms of owners. */
final class LedgerPolicyCommand {
    private static final String POLICY = "/api/v1/ledger/policy";

    private LedgerPolicyCommand() {}

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw Failure.error("the policy file " + file + " can't be read: " + Sentence.of(e));
        }
    }

    private static PayPolicy parse(Path file) {
        try {
            return PolicyFile.parse(read(file));
        } catch (IllegalArgumentException e) {
            throw Failure.usage(e);
        }
    }

    @Command(name = "show", description = "Show the policy in force, as a file that can be set.")
    static final class Show implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Override
        public void run() {
            JsonNode inForce = operator.get(POLICY);
            String since = inForce.path("since").asString("");
            output.print(
                    inForce,
                    "# in force %s; has divided %s credits%n%s"
                            .formatted(
                                    since.isEmpty() ? "from the beginning" : "since " + since,
                                    inForce.path("divided").asString(),
                                    inForce.path("policy").asString()));
        }
    }

    @Command(name = "check", description = "Say whether a file is a policy; sets nothing.")
    static final class CheckFile implements Runnable {
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "FILE", description = "The policy file.")
        private Path file = Path.of("");

        @Override
        public void run() {
            PayPolicy policy = parse(file);
            output.print(
                    tools.jackson.databind.node.JsonNodeFactory.instance
                            .objectNode()
                            .put("version", policy.version())
                            .put("policy", PolicyFile.text(policy)),
                    "policy %d is well-formed; whole, it reads:%n%s"
                            .formatted(policy.version(), PolicyFile.text(policy)));
        }
    }

    @Command(
            name = "set",
            description = {
                "Pay work by this policy from now on; its version must be higher.",
                "Jobs that are admitted already cost what was agreed."
            })
    static final class SetPolicy implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "FILE", description = "The policy file.")
        private Path file = Path.of("");

        @Override
        public void run() {
            parse(file);
            JsonNode set = operator.post(POLICY, Map.of("policy", read(file)));
            output.print(set, "policy %d is in force%n".formatted(set.path("version").asInt()));
        }
    }

    @Command(
            name = "terms",
            description = {
                "Show or replace what an owner's pay depends on: region, fleet, referrer, tariff.",
                "Without any of them: show."
            })
    static final class Terms implements Runnable {
        private static final Pattern LINE =
                Pattern.compile("(?:(\\d{1,2})-(\\d{1,2})=)?(\\d{1,9})");

        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Option(names = "--owner", required = true, paramLabel = "NAME", description = "Whose.")
        private String owner = "";

        @Option(
                names = "--region",
                paramLabel = "NAME",
                description = "Where its devices are, as the policy names it.")
        private Optional<String> region = Optional.empty();

        @Option(
                names = "--fleet",
                paramLabel = "NAME",
                description = "The organisation its devices belong to; earns as an owner.")
        private Optional<String> fleet = Optional.empty();

        @Option(
                names = "--referrer",
                paramLabel = "NAME",
                description = "The owner who brought this one.")
        private Optional<String> referrer = Optional.empty();

        @Option(
                names = "--electricity",
                paramLabel = "[FROM-TO=]MICROS",
                description = {
                    "Its own tariff, micro-credits a kWh, such as 22-6=200000;",
                    "may be given several times, the first that holds counts."
                })
        private List<String> electricity = List.of();

        @Option(names = "--none", description = "Forget all of them.")
        private boolean none;

        @Override
        public void run() {
            String path = "/api/v1/owners/" + owner + "/terms";
            boolean given =
                    region.isPresent()
                            || fleet.isPresent()
                            || referrer.isPresent()
                            || !electricity.isEmpty();
            if (none && given) {
                throw Failure.usage("--none forgets all terms: give it alone");
            }
            JsonNode terms = none || given ? operator.post(path, wanted()) : operator.get(path);
            var table = new Table("TERM", "IS");
            for (String term : List.of("owner", "region", "fleet", "referrer")) {
                String is = terms.path(term).asString();
                table.row(term, is.isEmpty() ? "-" : is);
            }
            for (JsonNode line : terms.path("electricity")) {
                table.row(
                        "electricity",
                        "%d-%d: %d micro-credits a kWh"
                                .formatted(
                                        line.path("from").asInt(),
                                        line.path("to").asInt(),
                                        line.path("micros_per_kwh").asLong()));
            }
            output.print(terms, table);
        }

        private Map<String, Object> wanted() {
            var wanted = new TreeMap<String, Object>();
            region.ifPresent(name -> wanted.put("region", name));
            fleet.ifPresent(name -> wanted.put("fleet", name));
            referrer.ifPresent(name -> wanted.put("referrer", name));
            var lines = new ArrayList<Map<String, Object>>();
            for (String text : electricity) {
                var line = LINE.matcher(text);
                if (!line.matches()) {
                    throw Failure.usage(
                            "--electricity takes micro-credits a kWh, such as 300000 or"
                                    + " 22-6=200000, found '"
                                    + text
                                    + "'");
                }
                var tariff = new TreeMap<String, Object>();
                tariff.put("micros_per_kwh", Long.parseLong(line.group(3)));
                if (line.group(1) != null) {
                    tariff.put("from", Integer.parseInt(line.group(1)));
                    tariff.put("to", Integer.parseInt(line.group(2)));
                }
                lines.add(tariff);
            }
            wanted.put("electricity", lines);
            return wanted;
        }
    }
}
