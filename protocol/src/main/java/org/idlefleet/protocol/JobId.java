package org.idlefleet.protocol;

/** What a client asked and pays for, counted by its coordinator from 1. */
public record JobId(long number) implements Comparable<JobId> {
    private static final String PREFIX = "job-";

    public JobId {
        if (number < 1) {
            throw new IllegalArgumentException("a job is counted from 1, found " + number);
        }
    }

    /**
     * Reads what {@link #toString} writes; anything else is an {@link IllegalArgumentException}.
     */
    public static JobId parse(String text) {
        if (text.matches("job-[1-9][0-9]{0,17}")) {
            return new JobId(Long.parseLong(text.substring(PREFIX.length())));
        }
        throw new IllegalArgumentException("a job id looks like 'job-17', found '" + text + "'");
    }

    @Override
    public int compareTo(JobId other) {
        return Long.compare(number, other.number);
    }

    @Override
    public String toString() {
        return PREFIX + number;
    }
}
