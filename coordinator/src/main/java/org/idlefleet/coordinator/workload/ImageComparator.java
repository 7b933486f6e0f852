package org.idlefleet.coordinator.workload;

import java.util.List;
import java.util.Optional;

/**
 * Pictures with elements from 0 to {@code peak}. The distance is that of {@link LatentComparator};
 * structural similarity and signal-to-noise ratio are vetoes, because a small distance can still be
 * a visible blot.
 *
 * @param shape channels, rows, columns
 * @param peak largest element, 1 or 255
 * @param similarityMin lowest structural similarity of a channel at which pictures agree
 * @param noiseRatioMinDb lowest ratio of peak signal to noise at which they agree, in decibels
 */
public record ImageComparator(
        ElementType type,
        List<Integer> shape,
        double peak,
        double tolerance,
        double similarityMin,
        double noiseRatioMinDb)
        implements OutputComparator<Tensor> {
    public ImageComparator {
        shape = List.copyOf(shape);
        if (shape.size() != 3
                || shape.get(1) < Similarity.WINDOW
                || shape.get(2) < Similarity.WINDOW) {
            throw new IllegalArgumentException(
                    "a picture has channels, rows and columns, no fewer than "
                            + Similarity.WINDOW
                            + " of the latter, found "
                            + shape);
        }
        if (!(peak > 0 && tolerance > 0 && similarityMin < 1)) {
            throw new IllegalArgumentException(
                    "expected a peak, a tolerance and a similarity below 1, found "
                            + List.of(peak, tolerance, similarityMin));
        }
    }

    @Override
    public String id() {
        return "image/1";
    }

    @Override
    public Optional<String> malformed(Tensor output) {
        return output.malformed(type, shape).or(() -> outside(output));
    }

    private Optional<String> outside(Tensor output) {
        for (int i = 0; i < output.elements(); i++) {
            double value = output.value(i);
            if (!(value >= 0 && value <= peak)) {
                return Optional.of("element " + i + " is not from 0 to " + peak + ": " + value);
            }
        }
        return Optional.empty();
    }

    @Override
    public double distance(Tensor a, Tensor b) {
        return LatentComparator.relative(a.values(), b.values());
    }

    @Override
    public List<Match.Remark> remarks(Tensor a, Tensor b, Zone zone) {
        boolean alike = similarity(a, b) >= similarityMin && noiseRatioDb(a, b) >= noiseRatioMinDb;
        return alike ? List.of() : List.of(Match.Remark.VETO);
    }

    /** The lowest structural similarity of a channel; 1 of a picture with itself. */
    public double similarity(Tensor a, Tensor b) {
        int rows = shape.get(1);
        int columns = shape.get(2);
        double[] left = a.values();
        double[] right = b.values();
        double lowest = 1;
        for (int at = 0; at < left.length; at += rows * columns) {
            lowest = Math.min(lowest, Similarity.of(left, right, at, rows, columns, peak));
        }
        return lowest;
    }

    /** The ratio of peak signal to noise in decibels; infinite of a picture with itself. */
    public double noiseRatioDb(Tensor a, Tensor b) {
        double squares = 0;
        for (int i = 0; i < a.elements(); i++) {
            double difference = a.value(i) - b.value(i);
            squares += difference * difference;
        }
        return 10 * StrictMath.log10(peak * peak * a.elements() / squares);
    }
}
