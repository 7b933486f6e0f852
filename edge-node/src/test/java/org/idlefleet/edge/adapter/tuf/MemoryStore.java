package org.idlefleet.edge.adapter.tuf;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A store in memory whose power can be cut before or after any of its writes. */
final class MemoryStore implements TrustStore {
    final Map<String, byte[]> files = new TreeMap<>();
    private int left = Integer.MAX_VALUE;
    private boolean after;

    /**
     * @param writes that still succeed
     * @param after whether the one that fails is done nevertheless
     */
    void cutAfter(int writes, boolean after) {
        this.left = writes;
        this.after = after;
    }

    void powerOn() {
        left = Integer.MAX_VALUE;
    }

    @Override
    public Optional<byte[]> read(String name) {
        return Optional.ofNullable(files.get(name));
    }

    @Override
    public void write(String name, byte[] content) throws IOException {
        step(() -> files.put(name, content));
    }

    @Override
    public void delete(String name) throws IOException {
        step(() -> files.remove(name));
    }

    private void step(Runnable change) throws IOException {
        boolean cut = left == 0;
        left = cut ? 0 : left - 1;
        if (!cut || after) {
            change.run();
            after = cut ? false : after;
        }
        if (cut) {
            throw new IOException("the power is gone");
        }
    }
}
