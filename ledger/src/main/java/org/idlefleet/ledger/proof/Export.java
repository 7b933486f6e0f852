package org.idlefleet.ledger.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that a holder can prove, as one text to take away: every entry that touches him with his own
 * lines opened, where it stands in the log, and how the log grew from the checkpoints he saw
 * earlier.
 *
 * @param holder such as {@code owner:ann}
 * @param checkpoint a signed {@link Checkpoint}
 * @param growth for each earlier size the holder asked about, the consistency proof up to the
 *     checkpoint
 */
public record Export(
        String holder,
        SignedNote checkpoint,
        SortedMap<Long, List<Hash>> growth,
        List<Item> items) {
    private static final String KIND = "idlefleet ledger export v1";
    private static final int ITEMS_MAX = 10_000_000;
    private static final int NOTE_LINES_MAX = 100;

    /** One entry, the holder's own lines of it, and its inclusion proof. */
    public record Item(Entry entry, List<Line> lines, List<Hash> proof) {
        public Item {
            lines = List.copyOf(lines);
            proof = List.copyOf(proof);
        }

        /** Whether it is in that log, and all its lines are the holder's, each shown once. */
        public boolean isProvenBy(Checkpoint log, String holder) {
            List<Hash> shown = lines.stream().map(Line::commitment).distinct().toList();
            return MerkleProof.includes(
                            log.root(), log.size(), entry.leaf(), entry.sequence() - 1, proof)
                    && shown.size() == lines.size()
                    && entry.commitments().containsAll(shown)
                    && lines.stream().allMatch(line -> line.holder().equals(holder));
        }

        /** As {@link #parse} reads it. */
        public String text() {
            var text = new StringBuilder(entry.text());
            text.append("own ").append(lines.size()).append('\n');
            lines.forEach(line -> text.append(line.text()));
            append(text, proof);
            return text.toString();
        }

        /** Reads what {@link #text} writes. */
        public static Item parse(String text) {
            var lines = new Lines(text);
            Item item = read(lines);
            if (lines.hasNext()) {
                throw new IllegalArgumentException("the entry goes on after its proof");
            }
            return item;
        }

        private static Item read(Lines lines) {
            Entry entry = Entry.read(lines);
            var own = new ArrayList<Line>();
            for (int line = lines.count("own", entry.commitments().size()); line > 0; line--) {
                own.add(Line.read(lines));
            }
            return new Item(entry, own, Export.proof(lines));
        }
    }

    public Export {
        growth = new TreeMap<>(growth);
        items = List.copyOf(items);
    }

    public String text() {
        String note = checkpoint.toString();
        var text = new StringBuilder(KIND).append("\nholder ").append(holder).append('\n');
        text.append("checkpoint ").append(note.lines().count()).append('\n').append(note);
        text.append("growth ").append(growth.size()).append('\n');
        for (Map.Entry<Long, List<Hash>> proof : growth.entrySet()) {
            text.append("from ").append(proof.getKey()).append('\n');
            append(text, proof.getValue());
        }
        text.append("items ").append(items.size()).append('\n');
        items.forEach(item -> text.append(item.text()));
        return text.toString();
    }

    /** Reads what {@link #text} writes; what is not in that form is refused with its line. */
    public static Export parse(String text) {
        var lines = new Lines(text);
        lines.expect(KIND);
        String holder = lines.next("holder");
        SignedNote checkpoint =
                SignedNote.parse(lines.block(lines.count("checkpoint", NOTE_LINES_MAX)));
        var growth = new TreeMap<Long, List<Hash>>();
        for (int left = lines.count("growth", ITEMS_MAX); left > 0; left--) {
            long from = lines.count("from", Integer.MAX_VALUE);
            growth.put(from, proof(lines));
        }
        var items = new ArrayList<Item>();
        for (int left = lines.count("items", ITEMS_MAX); left > 0; left--) {
            items.add(Item.read(lines));
        }
        if (lines.hasNext()) {
            throw new IllegalArgumentException("the export goes on after its last item");
        }
        return new Export(holder, checkpoint, growth, items);
    }

    private static void append(StringBuilder text, List<Hash> proof) {
        text.append("proof ").append(proof.size()).append('\n');
        proof.forEach(hash -> text.append(hash).append('\n'));
    }

    private static List<Hash> proof(Lines lines) {
        return lines.hashes(lines.count("proof", MerkleProof.LENGTH_MAX));
    }
}
