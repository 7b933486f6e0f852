package org.idlefleet.cli.ledger;

import org.idlefleet.cli.fleet.AdminApi;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.Hash;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.Witness;
import org.idlefleet.ledger.proof.adapter.WitnessFile;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A witness's work, once: fetch the newest checkpoint and the proof that it continues the last one
 * cosigned, look, and bring the signature back.
 *
 * <p>What was cosigned last also stays beside the witness's key as {@code cosigned}; two histories
 * under the log's own key stay as {@code fork-SIZE}, for everybody to see.
 */
public final class WitnessRound {
    private final WitnessFile witness;
    private final Path directory;

    public WitnessRound(WitnessFile witness, Path directory) {
        this.witness = witness;
        this.directory = directory;
    }

    /**
     * @throws AdminApi.Problem if the coordinator does not answer
     */
    public Witness.Opinion go(AdminApi coordinator, Instant now) throws IOException {
        JsonNode newest = coordinator.get("/api/v1/ledger/checkpoint");
        SignedNote note = SignedNote.parse(newest.path("note").asString());
        Witness.Opinion opinion = witness.look(note, proof(coordinator, note), now);
        switch (opinion) {
            case Witness.Opinion.Cosigned cosigned -> {
                keep("cosigned", cosigned.note().toString());
                coordinator.post(
                        "/api/v1/ledger/cosignatures", Map.of("note", cosigned.note().toString()));
            }
            case Witness.Opinion.Forked forked ->
                    keep(
                            "fork-" + Checkpoint.parse(forked.other().text()).size(),
                            forked.seen() + "\n" + forked.other());
            case Witness.Opinion.Refused _ -> {}
        }
        return opinion;
    }

    private List<Hash> proof(AdminApi coordinator, SignedNote note) {
        long seen = witness.size();
        long size = Checkpoint.parse(note.text()).size();
        var proof = new ArrayList<Hash>();
        if (seen > 0 && seen < size) {
            coordinator
                    .get("/api/v1/ledger/consistency?from=" + seen + "&to=" + size)
                    .path("proof")
                    .forEach(hash -> proof.add(Hash.parse(hash.asString())));
        }
        return proof;
    }

    private void keep(String name, String text) throws IOException {
        Path next = directory.resolve(name + ".next");
        Files.writeString(next, text);
        Files.move(
                next,
                directory.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
