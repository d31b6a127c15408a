"""Ehlers's cycle indicators with 50 digits, written from his formulas.

TA-Lib smooths prices by running sums; their rounding decides signs and quotients
where a transform is near 0. Only the arc tangents are of floats here: they are taken
of quotients that are known to 50 digits.
"""

import decimal
import math

D = decimal.Decimal
CONTEXT = decimal.Context(prec=50)


def number(text):
    return D(text)


A, B = number("0.0962"), number("0.5769")
FIFTH, REST = number("0.2"), number("0.8")
ROUNDING = D(2) ** -48  # of a price: a component below is one of 0


def arc(y, x):
    """The arc tangent of a quotient, in degrees."""
    return D(math.degrees(math.atan(float(y / x))))


def cycles(prices, skip):
    """Of each price from the skip-th on: phase components and the smoothed period."""
    decimal.setcontext(CONTEXT)
    prices = [D(float(p)) for p in prices]
    zero = D(0)
    smooth, detrended, q1s, i1s = ([zero] * 7 for _ in range(4))
    i2 = q2 = re = im = period = smooth_period = zero

    def hilbert(x, gain):
        return (A * x[-1] + B * x[-3] - B * x[-5] - A * x[-7]) * gain

    for t in range(skip, len(prices)):
        gain = number("0.075") * period + number("0.54")
        smooth.append((4 * prices[t] + 3 * prices[t - 1] + 2 * prices[t - 2] + prices[t - 3]) / 10)
        detrended.append(hilbert(smooth, gain))
        q1s.append(hilbert(detrended, gain))
        i1s.append(detrended[-4])
        last_i2, last_q2 = i2, q2
        i2 = FIFTH * (i1s[-1] - hilbert(q1s, gain)) + REST * i2
        q2 = FIFTH * (q1s[-1] + hilbert(i1s, gain)) + REST * q2
        re = FIFTH * (i2 * last_i2 + q2 * last_q2) + REST * re
        im = FIFTH * (i2 * last_q2 - q2 * last_i2) + REST * im
        last = period
        if im != 0 and re != 0:
            period = 360 / arc(im, re)
        period = max(min(period, number("1.5") * last), number("0.67") * last)
        period = FIFTH * max(min(period, 50), 6) + REST * last
        smooth_period = number("0.33") * period + number("0.67") * smooth_period
        yield t, prices[t], i1s[-1], q1s[-1], smooth_period


def mama(prices, fast, slow):
    """MAMA and FAMA; the first 32 bars have none."""
    fast, slow = D(fast), D(slow)
    lines, last = ([math.nan] * len(prices), [math.nan] * len(prices)), D(0)
    follow, follow_half = D(0), D(0)
    for t, price, i1, q1, _ in cycles(prices, 12):
        phase = arc(q1, i1) if abs(i1) > ROUNDING * abs(price) else D(0)
        fall, last = last - phase, phase
        weight = max(fast / fall, slow) if fall > 1 else fast
        follow += weight * (price - follow)
        follow_half += weight / 2 * (follow - follow_half)
        if t >= 32:
            lines[0][t], lines[1][t] = float(follow), float(follow_half)
    return lines


def trendline(prices):
    """The instantaneous trendline; the first 63 bars have none."""
    line, means = [math.nan] * len(prices), [D(0)] * 3
    for t, _, _, _, period in cycles(prices, 37):
        n = int(period + number("0.5"))
        means.append(sum((D(float(p)) for p in prices[t + 1 - n : t + 1]), D(0)) / n if n else D(0))
        if t >= 63:
            line[t] = float((4 * means[-1] + 3 * means[-2] + 2 * means[-3] + means[-4]) / 10)
    return line
