"""TA-Lib's volatility indicators. Where its running sums lose digits, the same formula
by exact arithmetic is wanted."""

import math
from fractions import Fraction

import numpy
import talib


def windows(values, n):
    """The last n of each bar; None before there are n."""
    return [None] * (n - 1) + [values[i : i + n] for i in range(len(values) - n + 1)]


def exact_means(values, n):
    values = [Fraction(float(v)) for v in values]
    total, out = Fraction(0), []
    for i, v in enumerate(values):
        total += v - (values[i - n] if i >= n else 0)
        out.append(float(total / n) if i >= n - 1 else math.nan)
    return numpy.array(out)


def deviations(values, n):
    """The population deviation of the last n: the variance by whole numbers."""
    scale = 2**120
    whole = [int(Fraction(float(v)) * scale) for v in values]
    assert all(Fraction(w, scale) == Fraction(float(v)) for w, v in zip(whole, values))
    out, total, squares = [], 0, 0
    for i, w in enumerate(whole):
        total, squares = total + w, squares + w * w
        if i >= n:
            total, squares = total - whole[i - n], squares - whole[i - n] ** 2
        out.append(math.sqrt(Fraction(n * squares - total * total, (n * scale) ** 2)) if i >= n - 1 else None)
    return out


def relative_volatility(close, n, size):
    """Dorsey's, by its definition; sums of positive numbers keep their digits."""
    out, up, down = [], [], []
    rise = fall = 0.0
    for i, d in enumerate(deviations(close, size)):
        if d is None:
            out.append(math.nan)
            continue
        up.append(d if close[i] > close[i - 1] else 0.0)
        down.append(d if close[i] < close[i - 1] else 0.0)
        if len(up) <= n:
            rise, fall = math.fsum(up) / n, math.fsum(down) / n
        else:
            rise, fall = (rise * (n - 1) + up[-1]) / n, (fall * (n - 1) + down[-1]) / n
        if len(up) < n:
            out.append(math.nan)
        else:
            out.append(100 * rise / (rise + fall) if rise + fall > 0 else 50.0)
    return numpy.array(out)


def outputs(b):
    hl, hlc = (b.high, b.low), (b.high, b.low, b.close)
    for n in (1, 2, 14):
        yield f"ATR_{n}", talib.ATR(*hlc, n)
        yield f"NATR_{n}", talib.NATR(*hlc, n)
    yield "TRANGE", talib.TRANGE(*hlc)
    for n in (1, 14, 100):
        yield f"ADR_{n}", talib.ADR(*hl, n), {"exact": exact_means(b.high - b.low, n)}
    for n, rate in ((10, 10), (2, 1)):
        yield f"CVI_{n}_{rate}", talib.CVI(*hl, n, rate), {"scale": 100}
    for fast, slow in ((9, 25), (2, 2)):
        yield f"MASSI_{fast}_{slow}", talib.MASSI(*hl, fast, slow)
    for n, size in ((14, 10), (1, 2), (5, 40)):
        yield f"RVI_{n}_{size}", talib.RVI(b.close, n, size), {"exact": relative_volatility(b.close, n, size)}
