"""TA-Lib's momentum indicators. Where its running sums lose digits, in means of which
the output is a small difference, the same formula in fractions is wanted instead."""

from fractions import Fraction

import numpy
import talib


def each(name, results, *suffixes, **options):
    for suffix, values in zip(suffixes, results):
        yield name + suffix, values, options


def fractions(values):
    return [Fraction(float(v)) for v in values]


def sums(values, n):
    """The sum of the last n, None before there are n and where one is None."""
    out, total, first = [], Fraction(0), 0
    for i, v in enumerate(values):
        if v is None:
            out.append(None)
            first = i + 1
            continue
        total += v
        if i >= first + n:
            total -= values[i - n]
        out.append(total if i >= first + n - 1 else None)
    return out


def means(values, n):
    return [None if s is None else s / n for s in sums(values, n)]


def weighted(values, n):
    """The mean of the last n with weights 1 to n."""
    weights, out = Fraction(n * (n + 1), 2), []
    for i in range(len(values)):
        part = values[max(i - n + 1, 0) : i + 1]
        out.append(None if len(part) < n or part[0] is None else sum(w * v for w, v in enumerate(part, 1)) / weights)
    return out


def forecasts(values, n):
    """What the line through the n values before each, by least squares, says of it."""
    middle = Fraction(n - 1, 2)
    spread = sum((x - middle) ** 2 for x in range(n))
    weights = [Fraction(1, n) + (n - middle) * (x - middle) / spread for x in range(n)]
    out = [None] * n
    for i in range(n, len(values)):
        out.append(sum(w * v for w, v in zip(weights, values[i - n : i])))
    return out


def minus(a, b):
    return [None if x is None or y is None else x - y for x, y in zip(a, b)]


def floats(values):
    return numpy.array([numpy.nan if v is None else float(v) for v in values])


def share(up, down, balance):
    """100 * up / (up + down), or of the balance; 0 of nothing."""
    out = []
    for u, d in zip(up, down):
        if u is None:
            out.append(None)
        elif u + d == 0:
            out.append(0)
        else:
            out.append(100 * (u - d if balance else u) / (u + d))
    return floats(out)


def money_flow(b, n):
    typical = (b.high + b.low + b.close) / 3
    up, down = [None], [None]
    for i in range(1, len(typical)):
        flow, move = Fraction(typical[i]) * Fraction(b.volume[i]), typical[i] - typical[i - 1]
        if abs(move) <= 1e-14 * (abs(typical[i]) + abs(typical[i - 1])):
            flow = Fraction(0)
        up.append(flow if move > 0 else Fraction(0))
        down.append(flow if move < 0 else Fraction(0))
    return share(sums(up, n), sums(down, n), False)


def awesome(b, fast, slow):
    middles = [(h + l) / 2 for h, l in zip(fractions(b.high), fractions(b.low))]
    return minus(means(middles, fast), means(middles, slow))


def channel(b, n):
    """CCI of the typical prices as floats."""
    typical = fractions((b.high + b.low + b.close) / 3)
    out = [None] * (n - 1)
    for x, mean, i in zip(typical[n - 1 :], means(typical, n)[n - 1 :], range(n, len(typical) + 1)):
        deviation = sum(abs(v - mean) for v in typical[i - n : i]) / n
        least = Fraction(2e-14) * abs(x)
        flat = abs(x - mean) <= least or deviation <= least
        out.append(0 if flat else (x - mean) / (Fraction(0.015) * deviation))
    return floats(out)


def of_means(b):
    """Differences of means, in fractions."""
    price = {"scale": max(b.high)}
    closes, opens = fractions(b.close), fractions(b.open)
    for fast, slow in ((5, 34), (2, 2), (9, 3)):
        oscillator = awesome(b, fast, slow)
        yield f"AO_{fast}_{slow}", talib.AO(b.high, b.low, fast, slow), price | {"exact": floats(oscillator)}
        exact = floats(minus(oscillator, means(oscillator, 5)))
        yield f"AC_{fast}_{slow}_5", talib.AC(b.high, b.low, fast, slow, 5), price | {"exact": exact}
    for n in (2, 5, 20):
        past = [None] * (n // 2 + 1) + closes
        yield f"DPO_{n}", talib.DPO(b.close, n), price | {"exact": floats(minus(past, means(closes, n)))}
    bodies = [c - o for c, o in zip(closes, opens)]
    for n in (2, 5, 14):
        foretold = forecasts(closes, n)
        exact = floats([None if f is None else 100 * (c - f) / c for c, f in zip(closes, foretold)])
        yield f"FOSC_{n}", talib.FOSC(b.close, n), {"scale": 100, "exact": exact}
    rates = [None] * 14 + [sum(100 * (c / closes[i - n] - 1) for n in (11, 14)) for i, c in enumerate(closes) if i >= 14]
    yield "COPPOCK_10_11_14", talib.COPPOCK(b.close), {"scale": 100, "exact": floats(weighted(rates, 10))}
    for n in (1, 10, 50):
        yield f"QSTICK_{n}", talib.QSTICK(b.open, b.close, n), price | {"exact": floats(means(bodies, n))}
    moves = [None] + [y - x for x, y in zip(closes, closes[1:])]
    up, down = ([None if m is None else max(sign * m, 0) for m in moves] for sign in (1, -1))
    percent = {"scale": 100}
    for n in (2, 14):
        yield f"CMOU_{n}", talib.CMOU(b.close, n), percent | {"exact": share(sums(up, n), sums(down, n), True)}
        yield f"CCI_{n}", talib.CCI(b.high, b.low, b.close, n), {"exact": channel(b, n)}
        yield f"MFI_{n}", talib.MFI(b.high, b.low, b.close, b.volume, n), percent | {"exact": money_flow(b, n)}


def plain(b):
    """Those of one output and one period."""
    hl, hlc = (b.high, b.low), (b.high, b.low, b.close)
    for kind in ("RSI", "CMO"):
        yield from ((f"{kind}_{n}", getattr(talib, kind)(b.close, n)) for n in (2, 14, 50))
    for kind in ("ADX", "ADXR", "DX"):
        yield from ((f"{kind}_{n}", getattr(talib, kind)(*hlc, n)) for n in (2, 14))
    for kind in ("PLUS_DI", "MINUS_DI"):
        yield from ((f"{kind}_{n}", getattr(talib, kind)(*hlc, n)) for n in (1, 14))
    for kind in ("PLUS_DM", "MINUS_DM"):
        yield from ((f"{kind}_{n}", getattr(talib, kind)(*hl, n)) for n in (1, 2, 14))
    for kind in ("MOM", "ROC", "ROCP", "ROCR", "ROCR100"):
        yield from ((f"{kind}_{n}", getattr(talib, kind)(b.close, n)) for n in (1, 10))
    yield from ((f"ER_{n}", talib.ER(b.close, n)) for n in (2, 10))
    yield from ((f"VHF_{n}", talib.VHF(b.close, n)) for n in (2, 28))
    yield from ((f"TRIX_{n}", talib.TRIX(b.close, n)) for n in (1, 2, 30))
    yield from ((f"IMI_{n}", talib.IMI(b.open, b.close, n)) for n in (2, 14))
    yield from ((f"WILLR_{n}", talib.WILLR(*hlc, n)) for n in (2, 14))
    yield from ((f"AROONOSC_{n}", talib.AROONOSC(*hl, n)) for n in (2, 14))
    yield "COPPOCK_1_2_1", talib.COPPOCK(b.close, 1, 2, 1)
    yield "BOP", talib.BOP(b.open, *hlc)
    yield "WAD", talib.WAD(*hlc)


def several(b):
    """Those of several parameters or outputs."""
    hl, hlc = (b.high, b.low), (b.high, b.low, b.close)
    for n in (2, 14):
        yield from each(f"AROON_{n}", talib.AROON(*hl, n), "_DOWN", "_UP")
    for n in (1, 14):
        yield from each(f"VORTEX_{n}", talib.VORTEX(*hlc, n), "_PLUS", "_MINUS")
    for n in (1, 13):
        yield from each(f"ERI_{n}", talib.ERI(*hlc, n), "_BULL", "_BEAR")
    for left, right in ((1, 1), (2, 2), (5, 3)):
        yield from each(f"FRACTAL_{left}_{right}", fractal(hl, left, right), "_HIGH", "_LOW")
    for fast, slow, signal in ((12, 26, 9), (26, 12, 9), (2, 3, 1)):
        yield from each(f"MACD_{fast}_{slow}_{signal}", talib.MACD(b.close, fast, slow, signal), "", "_SIGNAL", "_HIST")
    for n, fast, slow, signal in ((13, 2, 25, 9), (2, 2, 2, 2)):
        yield from each(f"SMI_{n}_{fast}_{slow}_{signal}", talib.SMI(*hlc, n, fast, slow, signal), "", "_SIGNAL")
    for first, second in ((25, 13), (2, 2)):
        yield f"TSI_{first}_{second}", talib.TSI(b.close, first, second)
    for periods in ((7, 14, 28), (1, 1, 1), (30, 5, 9)):
        yield "ULTOSC_%d_%d_%d" % periods, talib.ULTOSC(*hlc, *periods)


def fractal(hl, left, right):
    """TA-Lib's flags are whole numbers, 0 before there is a value."""
    for flags in talib.FRACTAL(*hl, left, right):
        flags = flags.astype(float)
        flags[: left + right] = numpy.nan
        yield flags


def of_averages(b):
    """Those with types of averages; differences of averages, and percentages."""
    hlc = (b.high, b.low, b.close)
    lines, price, percent = ("", "_SIGNAL", "_HIST"), {"scale": max(b.high)}, {"scale": 100}
    for p in (12, 26, 1), (26, 12, 0), (2, 3, 4):
        name = "_%d_%d_%d" % p
        yield "APO" + name, talib.APO(b.close, *p), price
        yield "PPO" + name, talib.PPO(b.close, *p), percent
    for p in (12, 0, 26, 0, 9, 0), (12, 6, 26, 2, 9, 3), (5, 8, 2, 1, 1, 1), (7, 3, 11, 8, 4, 9):
        yield from each("MACDEXT_%d_%d_%d_%d_%d_%d" % p, talib.MACDEXT(b.close, *p), *lines, **price)
    for n in 1, 9:
        yield from each(f"MACDFIX_{n}", talib.MACDFIX(b.close, n), *lines, **price)
    for p in (5, 3, 0, 3, 0), (14, 3, 1, 3, 2), (2, 1, 0, 1, 0):
        yield from each("STOCH_%d_%d_%d_%d_%d" % p, talib.STOCH(*hlc, *p), "_K", "_D", **percent)
    for p in (9, 3, 13, 3, 13), (9, 3, 0, 5, 12), (3, 4, 10, 4, 11):
        yield from each("KDJ_%d_%d_%d_%d_%d" % p, talib.KDJ(*hlc, *p), "_K", "_D", "_J", **percent)
    for p in (5, 3, 0), (1, 1, 0):
        yield from each("STOCHF_%d_%d_%d" % p, talib.STOCHF(*hlc, *p), "_K", "_D", **percent)
    for p in (14, 5, 3, 0), (14, 14, 3, 1), (2, 1, 1, 0):
        yield from each("STOCHRSI_%d_%d_%d_%d" % p, talib.STOCHRSI(b.close, *p), "_K", "_D", **percent)


def outputs(b):
    yield from plain(b)
    yield from of_averages(b)
    yield from several(b)
    yield from of_means(b)
