"""TA-Lib's statistic functions, and their values with 150 digits: TA-Lib sums squares
and products, which loses the digits that a small spread has beside its mean."""

import decimal
import itertools
import math

import numpy
import talib

D = decimal.Decimal
CONTEXT = decimal.Context(prec=150)


def windows(n, value, *columns):
    """value of the sums over every n rows of each column; none before there are n."""
    totals = [[D(0), *itertools.accumulate(column)] for column in columns]
    out = numpy.full(len(columns[0]), numpy.nan)
    for i in range(n, len(out) + 1):
        out[i - 1] = value(*(total[i] - total[i - n] for total in totals))
    return out


def numbers(prices):
    decimal.setcontext(CONTEXT)
    return [D(float(p)) for p in prices]


def returns(prices):
    prices = numbers(prices)
    return [D(0)] + [(b - a) / a for a, b in zip(prices, prices[1:])]


def products(x, y):
    return [a * b for a, b in zip(x, y)]


def nothing(spread, sizes):
    """Whether a spread is 0, but for the last of 150 digits."""
    return abs(spread) <= abs(sizes) * D(10) ** -100


def variance(n, s, squares):
    return max((squares - s * s / n) / n, D(0))


def beta(n, x, y, xx, xy):
    spread = n * xx - x * x
    return 0 if nothing(spread, x * x) else (n * xy - x * y) / spread


def correlation(n, x, y, xx, xy, yy):
    spread_x, spread_y = n * xx - x * x, n * yy - y * y
    if nothing(spread_x, x * x) or nothing(spread_y, y * y):
        return 0
    return (n * xy - x * y) / (spread_x * spread_y).sqrt()


def lines(b):
    y, x = numbers(b.close), [D(i) for i in range(len(b.close))]

    def exact(n, value):
        """value(mean, slope) of the line through every n closes."""

        def of_sums(sx, sy, xx, xy):
            return value(sy / n, (n * xy - sx * sy) / (n * xx - sx * sx))

        return windows(n, of_sums, x, y, products(x, x), products(x, y))

    for n in (2, 14, 50):
        middle = D(n - 1) / 2
        wanted = {
            "LINEARREG": exact(n, lambda mean, slope: mean + slope * middle),
            "LINEARREG_INTERCEPT": exact(n, lambda mean, slope: mean - slope * middle),
            "LINEARREG_SLOPE": exact(n, lambda mean, slope: slope),
            "LINEARREG_ANGLE": exact(n, lambda mean, slope: math.degrees(math.atan(slope))),
            "TSF": exact(n, lambda mean, slope: mean + slope * (middle + 1)),
        }
        for name, values in wanted.items():
            yield f"{name}_{n}", getattr(talib, name)(b.close, n), {"exact": values}


def pairs(b):
    high, low = numbers(b.high), numbers(b.low)
    up, down = returns(b.high), returns(b.low)
    for n in (1, 5, 30):
        exact = windows(n, lambda *sums: beta(n, *sums), up, down, products(up, up), products(up, down))
        yield f"BETA_{n}", talib.BETA(b.high, b.low, n), {"exact": exact}
        exact = windows(n, lambda *sums: correlation(n, *sums), high, low, products(high, high), products(high, low), products(low, low))
        yield f"CORREL_{n}", talib.CORREL(b.high, b.low, n), {"exact": exact}


def spreads(b):
    close = numbers(b.close)
    squares = products(close, close)
    for n in (1, 5, 30):
        yield f"VAR_{n}", talib.VAR(b.close, n), {"exact": windows(n, lambda *sums: variance(n, *sums), close, squares)}
    for n, k in ((5, 1), (2, 0.5), (50, 2)):
        exact = windows(n, lambda *sums: D(k) * variance(n, *sums).sqrt(), close, squares)
        yield f"STDDEV_{n}_{k}", talib.STDDEV(b.close, n, k), {"exact": exact}


def outputs(b):
    yield from lines(b)
    yield from pairs(b)
    yield from spreads(b)
    for n, percent in ((30, 50), (2, 0), (100, 95), (7, 100)):
        yield f"PERCENTILE_{n}_{percent}", talib.PERCENTILE(b.close, n, percent)
    for n in (2, 14, 100):
        yield f"PERCENTRANK_{n}", talib.PERCENTRANK(b.close, n)
