package org.idlefleet.coordinator.workload;

/**
 * Structural similarity (SSIM) of Wang, Bovik, Sheikh and Simoncelli, 2004: a Gaussian window of 11
 * by 11 with a deviation of 1.5, K1 = 0.01, K2 = 0.03, averaged over the places where the window
 * fits.
 */
final class Similarity {
    /** Rows and columns of the window. */
    static final int WINDOW = 11;

    private static final double DEVIATION = 1.5;
    private static final double[] WEIGHTS = weights();

    private Similarity() {}

    /** The mean similarity of a channel that starts at {@code from} in both arrays. */
    static double of(double[] a, double[] b, int from, int rows, int columns, double peak) {
        double c1 = 0.01 * peak * 0.01 * peak;
        double c2 = 0.03 * peak * 0.03 * peak;
        double[] meanA = blurred(i -> a[from + i], rows, columns);
        double[] meanB = blurred(i -> b[from + i], rows, columns);
        double[] squareA = blurred(i -> a[from + i] * a[from + i], rows, columns);
        double[] squareB = blurred(i -> b[from + i] * b[from + i], rows, columns);
        double[] product = blurred(i -> a[from + i] * b[from + i], rows, columns);
        double sum = 0;
        for (int i = 0; i < meanA.length; i++) {
            double both = meanA[i] * meanB[i];
            double squares = meanA[i] * meanA[i] + meanB[i] * meanB[i];
            double variances = squareA[i] + squareB[i] - squares;
            sum +=
                    (2 * both + c1)
                            * (2 * (product[i] - both) + c2)
                            / ((squares + c1) * (variances + c2));
        }
        return sum / meanA.length;
    }

    /** Along rows first, then along columns; the edges, where the window does not fit, fall off. */
    private static double[] blurred(Pixels pixels, int rows, int columns) {
        int width = columns - WINDOW + 1;
        int height = rows - WINDOW + 1;
        var along = new double[rows * width];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width; column++) {
                double sum = 0;
                for (int k = 0; k < WINDOW; k++) {
                    sum += WEIGHTS[k] * pixels.at(row * columns + column + k);
                }
                along[row * width + column] = sum;
            }
        }
        var blurred = new double[height * width];
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                double sum = 0;
                for (int k = 0; k < WINDOW; k++) {
                    sum += WEIGHTS[k] * along[(row + k) * width + column];
                }
                blurred[row * width + column] = sum;
            }
        }
        return blurred;
    }

    private static double[] weights() {
        var weights = new double[WINDOW];
        double sum = 0;
        for (int i = 0; i < WINDOW; i++) {
            double away = i - WINDOW / 2;
            weights[i] = StrictMath.exp(-away * away / (2 * DEVIATION * DEVIATION));
            sum += weights[i];
        }
        for (int i = 0; i < WINDOW; i++) {
            weights[i] /= sum;
        }
        return weights;
    }

    @FunctionalInterface
    private interface Pixels {
        double at(int index);
    }
}
