package org.idlefleet.simulator.trust;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.PriorityQueue;
import java.util.SplittableRandom;

/** The heap of what happens next. */
class AgendaTest {
    private record Entry(long at, int number) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Integer.compare(number, other.number);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void comesInTheOrderOfTimesThenOfNumbers(long seed) {
        var random = new SplittableRandom(seed);
        var agenda = new Agenda();
        var model = new PriorityQueue<Entry>();
        for (int round = 0; round < 50_000; round++) {
            if (model.isEmpty() || random.nextInt(5) < 3) {
                var entry = new Entry(random.nextLong(100), random.nextInt(Agenda.NUMBERS));
                agenda.add(entry.at(), entry.number());
                model.add(entry);
            } else {
                long next = agenda.next();
                assertThat(new Entry(Agenda.at(next), Agenda.number(next))).isEqualTo(model.poll());
            }
        }
    }
}
