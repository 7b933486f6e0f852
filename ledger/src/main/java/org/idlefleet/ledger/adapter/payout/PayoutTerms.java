package org.idlefleet.ledger.adapter.payout;

import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Payout;

import java.math.BigInteger;
import java.util.Optional;

/**
 * What a credit is worth in real money, and from which amount on it is paid out.
 *
 * @param currency ISO 4217, with two decimal places
 * @param creditPriceMillionths of the currency, for one whole credit
 * @param threshold of credits; less waits for a later run
 */
public record PayoutTerms(String currency, long creditPriceMillionths, Money threshold) {
    private static final BigInteger UNIT = BigInteger.valueOf(Money.UNIT);
    private static final BigInteger MILLIONTHS_PER_CENT = BigInteger.valueOf(10_000);

    public PayoutTerms {
        if (!currency.matches("[A-Z]{3}") || creditPriceMillionths <= 0 || threshold.isNegative()) {
            throw new IllegalArgumentException(
                    "payout terms: expected a currency such as EUR, a positive price and a"
                            + " threshold, found "
                            + currency
                            + ", "
                            + creditPriceMillionths
                            + ", "
                            + threshold);
        }
    }

    /**
     * The order for an owner's payable balance: whole cents, and exactly as many credits as they
     * cost. What does not make a cent stays payable.
     */
    public Optional<PayoutOrder> order(String run, Payee payee, Money payable) {
        if (!payable.isPositive() || payable.compareTo(threshold) < 0) {
            return Optional.empty();
        }
        BigInteger price = BigInteger.valueOf(creditPriceMillionths);
        BigInteger perCent = MILLIONTHS_PER_CENT.multiply(UNIT);
        BigInteger cents = BigInteger.valueOf(payable.millionths()).multiply(price).divide(perCent);
        if (cents.signum() == 0) {
            return Optional.empty();
        }
        BigInteger[] credits = cents.multiply(perCent).divideAndRemainder(price);
        long millionths = credits[0].longValueExact() + (credits[1].signum() == 0 ? 0 : 1);
        var payout = new Payout(run, payee.owner(), Money.ofMillionths(millionths));
        return Optional.of(new PayoutOrder(payout, payee, cents.longValueExact(), currency));
    }
}
