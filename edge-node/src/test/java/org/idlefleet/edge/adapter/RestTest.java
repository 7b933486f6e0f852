package org.idlefleet.edge.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

final class RestTest {
    private final Later timer = new Later();
    private int given;
    private int recalled;
    private final Rest rest = new Rest(timer, () -> given++, () -> recalled++);

    /** Keeps what it is to do later, and how much later. */
    private static final class Later extends ScheduledThreadPoolExecutor {
        private final List<Long> seconds = new ArrayList<>();
        private final List<Runnable> tasks = new ArrayList<>();

        Later() {
            super(0);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            seconds.add(unit.toSeconds(delay));
            tasks.add(task);
            return super.schedule(() -> {}, 0, unit);
        }

        void runLast() {
            tasks.getLast().run();
        }
    }

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    @Test
    void givesBackSoonThenEverMoreRarelyWhileShut() {
        rest.rest(true);
        for (int i = 0; i < 6; i++) {
            timer.runLast();
        }
        assertThat(given).isEqualTo(6);
        assertThat(timer.seconds).containsExactly(5L, 20L, 80L, 320L, 1280L, 3600L, 3600L);
    }

    @Test
    void whatWasPlannedBeforeTheGateOpenedIsForgotten() {
        rest.rest(true);
        rest.rest(false);
        timer.runLast();
        rest.rest(true);
        timer.tasks.getFirst().run();

        assertThat(given).isZero();
        assertThat(timer.seconds).containsExactly(5L, 5L);
    }

    @Test
    void whatWasGivenBackIsRecalledOnceWhenTheGateOpens() {
        rest.rest(true);
        timer.runLast();
        rest.rest(false);
        timer.runLast();
        rest.rest(true);
        rest.rest(false);

        assertThat(given).isEqualTo(1);
        assertThat(recalled).isEqualTo(1);
        assertThat(timer.seconds).containsExactly(5L, 20L, 0L, 5L);
    }

    @Test
    void sayingItAgainPlansNothing() {
        rest.rest(true);
        rest.rest(true);
        assertThat(timer.seconds).hasSize(1);
    }
}
