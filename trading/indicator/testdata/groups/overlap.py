import ehlers
import numpy
import talib

BANDS = ("UPPER", "MIDDLE", "LOWER")


def averages(b):
    for n in (2, 30):
        for name in ("DEMA", "KAMA", "RMA", "TEMA", "TRIMA", "WMA", "ZLEMA"):
            yield f"{name}_{n}", getattr(talib, name)(b.close, n)
    for n in (9, 125):
        for name in ("TRIMA", "WMA"):
            yield f"{name}_{n}", getattr(talib, name)(b.close, n)
    for n in (2, 20, 125):
        yield f"HMA_{n}", talib.HMA(b.close, n)
    for n, factor in ((5, 0.7), (20, 1)):
        yield f"T3_{n}_{factor}", talib.T3(b.close, n, factor)
    for kind in range(14):
        if kind == 7:
            yield "MA_9_7", *mama_values(b, 0.5, 0.05)[0]
        else:
            yield f"MA_9_{kind}", talib.MA(b.close, 9, kind)
    for fast, slow in ((0.5, 0.05), (0.2, 0.5)):
        mama, fama = mama_values(b, fast, slow)
        yield f"MAMA_{fast}_{slow}", *mama
        yield f"MAMA_{fast}_{slow}_FAMA", *fama


def mama_values(b, fast, slow):
    """TA-Lib's MAMA and FAMA. Among prices of few ticks a component is often 0, of which
    TA-Lib's running sums give some sign: there the exact values are what is wanted."""
    values = talib.MAMA(b.close, fast, slow)
    if b.close[0] > 1:
        return [(v,) for v in values]
    return [(v, {"exact": e}) for v, e in zip(values, ehlers.mama(b.close, fast, slow))]


def bands(b):
    for n, k in ((20, 2), (2, 1), (50, 2.5)):
        for suffix, values in zip(BANDS, talib.BBANDS(b.close, n, k, k)):
            yield f"BBANDS_{n}_{k}_{suffix}", values
    for n in (2, 20):
        for suffix, values in zip(BANDS, talib.ACCBANDS(b.high, b.low, b.close, n)):
            yield f"ACCBANDS_{n}_{suffix}", values
        for suffix, values in zip(BANDS, talib.DONCHIAN(b.high, b.low, n)):
            yield f"DONCHIAN_{n}_{suffix}", values
    for n, ranges, k in ((20, 10, 2), (5, 30, 0.5)):
        for suffix, values in zip(BANDS, talib.KC(b.high, b.low, b.close, n, ranges, k)):
            yield f"KC_{n}_{ranges}_{k}_{suffix}", values
        for suffix, values in zip(BANDS, keltner(b, n, ranges, k)):
            yield f"KELTNER_{n}_{ranges}_{k}_{suffix}", values
    for n in (2, 14):
        yield f"MIDPOINT_{n}", talib.MIDPOINT(b.close, n)
        yield f"MIDPRICE_{n}", talib.MIDPRICE(b.high, b.low, n)


def keltner(b, n, ranges, k):
    """The channels around an EMA of closes, by the definition, bar for bar."""
    count, first = len(b.close), max(n - 1, ranges)
    upper, middle, lower = (numpy.full(count, numpy.nan) for _ in BANDS)
    ema = sum(b.close[first - n + 1 : first + 1]) / n
    true = [max(b.high[i], b.close[i - 1]) - min(b.low[i], b.close[i - 1]) for i in range(1, count)]
    atr = sum(true[first - ranges : first]) / ranges
    for i in range(first, count):
        if i > first:
            ema += (b.close[i] - ema) * 2 / (n + 1)
            atr += (true[i - 1] - atr) / ranges
        upper[i], middle[i], lower[i] = ema + k * atr, ema, ema - k * atr
    return upper, middle, lower


def ichimoku(b, conversion, base, wide):
    """Ichimoku by the definition; a name and values for each output."""

    def middle(i, n):
        return (max(b.high[i - n + 1 : i + 1]) + min(b.low[i - n + 1 : i + 1])) / 2

    first = max(conversion, base, wide) - 1 + base
    lines = {name: numpy.full(len(b.close), numpy.nan) for name in ("TENKAN", "KIJUN", "SENKOU_A", "SENKOU_B")}
    for i in range(first, len(b.close)):
        lines["TENKAN"][i], lines["KIJUN"][i] = middle(i, conversion), middle(i, base)
        then = i - base
        lines["SENKOU_A"][i] = (middle(then, conversion) + middle(then, base)) / 2
        lines["SENKOU_B"][i] = middle(then, wide)
    return lines.items()


def stops(b):
    for acceleration, most in ((0.02, 0.2), (0, 0), (0.3, 0.1)):
        yield f"SAR_{acceleration}_{most}", talib.SAR(b.high, b.low, acceleration, most)
    for p in ((0, 0, 0.02, 0.02, 0.2, 0.02, 0.02, 0.2), (90, 0.01, 0.01, 0.05, 0.3, 0.3, 0.02, 0.1), (-110, 0, 0.02, 0.1, 0.5, 0.01, 0.01, 0.02)):
        yield "SAREXT_" + "_".join(map(str, p)), talib.SAREXT(b.high, b.low, *p)
    for n, k in ((10, 3), (2, 0), (50, 1.5)):
        line, direction = talib.SUPERTREND(b.high, b.low, b.close, n, k)
        yield f"SUPERTREND_{n}_{k}", line
        yield f"SUPERTREND_{n}_{k}_DIRECTION", numpy.where(numpy.isnan(line), numpy.nan, direction)


def vwma(b, n):
    """TA-Lib's, with no value where there is no volume: its running sums don't come back to 0."""
    values = talib.VWMA(b.close, b.volume, n)
    if n > 1:
        for i in range(len(values)):
            if not b.volume[max(i - n + 1, 0) : i + 1].any():
                values[i] = numpy.nan
    return values


def outputs(b):
    yield from averages(b)
    yield from bands(b)
    yield from stops(b)
    yield "HT_TRENDLINE", talib.HT_TRENDLINE(b.close)
    for n in (1, 2, 30):
        yield f"VWMA_{n}", vwma(b, n)
    for p in ((9, 26, 52), (20, 7, 3)):
        for name, values in ichimoku(b, *p):
            yield f"ICHIMOKU_{p[0]}_{p[1]}_{p[2]}_{name}", values
    for n in (1, 2, 20, 200):
        yield f"SMA_{n}", talib.SMA(b.close, n)
        yield f"EMA_{n}", talib.EMA(b.close, n)
