package org.idlefleet.coordinator.adapter.log;

import com.google.protobuf.ByteString;

import org.idlefleet.coordinator.Event.RepeatsRestored;
import org.idlefleet.coordinator.Event.RepeatsRestored.Kept;
import org.idlefleet.coordinator.Once;
import org.idlefleet.coordinator.adapter.log.wire.KeptRecord;
import org.idlefleet.coordinator.adapter.log.wire.RepeatsRecord;
import org.idlefleet.protocol.JobId;

import java.time.Instant;
import java.util.Optional;

/** By what requests are known again, as records and back. */
final class RepeatsCodec {
    private RepeatsCodec() {}

    static RepeatsRecord write(RepeatsRestored event, NameTable names) {
        var record = RepeatsRecord.newBuilder();
        for (Kept kept : event.kept()) {
            Instant at = kept.at();
            record.addKept(
                    KeptRecord.newBuilder()
                            .setClient(names.number(kept.client().value()))
                            .setOnceName(VoteCodec.write(kept.once().name()))
                            .setOnceAsked(VoteCodec.write(kept.once().asked()))
                            .setJob(kept.job().number())
                            .setAssurance(TrustCodec.write(kept.assurance()))
                            .setAtSeconds(at.getEpochSecond())
                            .setAtNanos(at.getNano()));
        }
        return record.build();
    }

    static RepeatsRestored read(RepeatsRecord record, Names names) {
        return new RepeatsRestored(
                record.getKeptList().stream()
                        .map(kept ->
                                new Kept(
                                        names.client(kept.getClient()),
                                        once(kept.getOnceName(), kept.getOnceAsked()).orElseThrow(),
                                        new JobId(kept.getJob()),
                                        TrustCodec.read(kept.getAssurance()),
                                        EntryReader.instant(
                                                kept.getAtSeconds(), kept.getAtNanos())))
                        .toList());
    }

    /** Of two hashes; empty if both are. */
    static Optional<Once> once(ByteString name, ByteString asked) {
        return name.isEmpty() && asked.isEmpty()
                ? Optional.empty()
                : Optional.of(new Once(VoteCodec.digest(name), VoteCodec.digest(asked)));
    }
}
