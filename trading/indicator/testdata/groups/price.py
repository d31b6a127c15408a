from fractions import Fraction

import numpy
import talib


def average_deviation(close, n):
    """By whole numbers: sum(|n * x - sum|) / n^2."""
    scale = 2**120
    whole = [int(Fraction(float(v)) * scale) for v in close]
    assert all(Fraction(w, scale) == Fraction(float(v)) for w, v in zip(whole, close))
    out = [numpy.nan] * (n - 1)
    for i in range(n, len(whole) + 1):
        part = whole[i - n : i]
        total = sum(part)
        out.append(float(Fraction(sum(abs(n * w - total) for w in part), n * n * scale)))
    return numpy.array(out)


def outputs(b):
    hlc = (b.high, b.low, b.close)
    for n in (2, 14, 60):
        yield f"AVGDEV_{n}", talib.AVGDEV(b.close, n), {"exact": average_deviation(b.close, n)}
    yield "AVGPRICE", talib.AVGPRICE(b.open, *hlc)
    yield "MEDPRICE", talib.MEDPRICE(b.high, b.low)
    yield "TYPPRICE", talib.TYPPRICE(*hlc)
    yield "WCLPRICE", talib.WCLPRICE(*hlc)
    for suffix, values in zip(("OPEN", "HIGH", "LOW", "CLOSE"), talib.HA(b.open, *hlc)):
        yield f"HA_{suffix}", values
