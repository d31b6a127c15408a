"""TA-Lib's volume indicators. Sums since the first bar and over windows are wanted by
exact arithmetic, where the running sums of floats drift."""

import datetime
import math
from fractions import Fraction

import numpy
import talib


def fractions(values):
    return [Fraction(float(v)) for v in values]


def floats(values):
    return numpy.array([numpy.nan if v is None else float(v) for v in values])


def totals(values):
    out, total = [], Fraction(0)
    for v in values:
        total += v
        out.append(total)
    return out


def sums(values, n):
    """The sum of the last n; None before there are n."""
    all_before = [Fraction(0)] + totals(values)
    return [None] * (n - 1) + [b - a for a, b in zip(all_before, all_before[n:])]


def flows(b):
    """Chaikin's money flow volumes."""
    out = []
    for h, l, c, v in zip(*map(fractions, (b.high, b.low, b.close, b.volume))):
        out.append(v * ((c - l) - (h - c)) / (h - l) if h > l else Fraction(0))
    return out


def moves(b):
    """What OBV and PVT add up."""
    closes, volumes = fractions(b.close), fractions(b.volume)
    balance, trend = [volumes[0]], [Fraction(0)]
    for past, close, volume in zip(closes, closes[1:], volumes[1:]):
        balance.append(volume * ((close > past) - (close < past)))
        trend.append(volume * (close - past) / past)
    return balance, trend


def chaikin_oscillator(line, fast, slow):
    """Of floats: a sum of few terms that count."""
    out = []
    quick = slack = line[0]
    for i, ad in enumerate(line):
        if i > 0:
            quick += 2 / (fast + 1) * (ad - quick)
            slack += 2 / (slow + 1) * (ad - slack)
        out.append(quick - slack)
    return out


def since_start(b):
    line = floats(totals(flows(b)))
    yield "AD", talib.AD(b.high, b.low, b.close, b.volume), {"exact": line, "scale": max(abs(line))}
    balance, trend = (floats(totals(m)) for m in moves(b))
    yield "OBV", talib.OBV(b.close, b.volume), {"exact": balance, "scale": max(abs(balance))}
    yield "PVT", talib.PVT(b.close, b.volume), {"exact": trend, "scale": max(abs(trend))}
    for fast, slow in ((3, 10), (10, 3), (2, 2)):
        talibs = talib.ADOSC(b.high, b.low, b.close, b.volume, fast, slow)
        yield f"ADOSC_{fast}_{slow}", talibs, {"exact": chaikin_oscillator(line, fast, slow), "scale": max(abs(line))}
    yield "NVI", talib.NVI(b.close, b.volume)
    yield "PVI", talib.PVI(b.close, b.volume)


def over_windows(b):
    volumes = fractions(b.volume)
    for n in (2, 20):
        exact = [None if v is None else f / v if v else 0 for f, v in zip(sums(flows(b), n), sums(volumes, n))]
        yield f"CMF_{n}", talib.CMF(b.high, b.low, b.close, b.volume, n), {"exact": floats(exact), "scale": 1}
    for n in (1, 20):
        usual = [None] + sums(volumes, n)[:-1]
        exact = floats([v * n / u if u else None for v, u in zip(volumes, usual)])
        yield f"RVOL_{n}", numpy.where(numpy.isnan(exact), numpy.nan, talib.RVOL(b.volume, n)), {"exact": exact}


def weighted_means(values, n):
    """With weights 1 to n, the most for the newest."""
    all_of = n * (n + 1) // 2
    windows = (values[i : i + n] for i in range(len(values) - n + 1))
    return [None] * (n - 1) + [sum(v * (i + 1) for i, v in enumerate(w)) / all_of for w in windows]


def volume_oscillator(volumes, fast, slow, weights):
    """Of simple or weighted means; 0 of nothing."""
    fast, slow = min(fast, slow), max(fast, slow)
    if weights:
        pairs = zip(weighted_means(volumes, fast), weighted_means(volumes, slow))
    else:
        pairs = ((f and f / fast, s and s / slow) for f, s in zip(sums(volumes, fast), sums(volumes, slow)))
    return floats([None if s is None else (f - s) / s * 100 if s else 0 for f, s in pairs])


def relative(b):
    yield "MARKETFI", talib.MARKETFI(b.high, b.low, b.volume)
    for n in (1, 13):
        force = max(abs(numpy.diff(b.close) * b.volume[1:]))
        yield f"EFI_{n}", talib.EFI(b.close, b.volume, n), {"scale": force}
    percent = {"scale": 100}
    for fast, slow, kind in ((12, 26, 1), (5, 9, 3)):
        yield f"PVO_{fast}_{slow}_{kind}", talib.PVO(b.volume, fast, slow, kind), percent
    for fast, slow, kind in ((26, 12, 0), (2, 3, 2)):
        exact = volume_oscillator(fractions(b.volume), fast, slow, kind == 2)
        yield f"PVO_{fast}_{slow}_{kind}", talib.PVO(b.volume, fast, slow, kind), percent | {"exact": exact}


def session_vwap(b):
    """TA-Lib's VWAP of each session by itself; no value before any volume."""
    out = numpy.full(len(b.close), numpy.nan)
    for session in numpy.unique(b.session):
        part = b.session == session
        values = talib.VWAP(b.high[part], b.low[part], b.close[part], b.volume[part])
        values[numpy.cumsum(b.volume[part]) == 0] = numpy.nan
        out[part] = values
    return out


def periods(b, unit, every):
    """The number of each bar's period, as docs/indicators.md counts them."""
    sessions = sorted(set(b.session))
    number = {}
    for i, session in enumerate(sessions):
        day = datetime.datetime.fromtimestamp(session / 1000 + 6 * 3600, datetime.timezone.utc).date()
        monday = day - datetime.timedelta(days=day.weekday())
        number[session] = {
            0: i,
            1: (day - datetime.date(1970, 1, 1)).days,
            2: (monday - datetime.date(1969, 12, 29)).days // 7,
            3: (day.year - 1970) * 12 + day.month - 1,
        }[unit] // every
    return [number[s] for s in b.session]


def weighted(b, periods, deviations):
    """VWAP and its bands by fractions, anew with each period."""
    typical = fractions((b.high + b.low + b.close) / 3)
    mean, upper, lower = [], [], []
    period = None
    for x, volume, of in zip(typical, fractions(b.volume), periods):
        if of != period:
            period, weight, first, second = of, Fraction(0), Fraction(0), Fraction(0)
        weight, first, second = weight + volume, first + volume * x, second + volume * x * x
        if weight == 0:
            mean.append(None), upper.append(None), lower.append(None)
            continue
        m = first / weight
        d = deviations * math.sqrt(second / weight - m * m)
        mean.append(m), upper.append(float(m) + d), lower.append(float(m) - d)
    return floats(mean), floats(upper), floats(lower)


def plain(b):
    """What TA-Lib lacks."""
    for unit, every in ((2, 1), (0, 1), (0, 3), (1, 2), (3, 3)):
        yield f"AVWAP_{unit}_{every}", weighted(b, periods(b, unit, every), 0)[0]
    for deviations in (2, 0.5):
        _, upper, lower = weighted(b, b.session, deviations)
        yield f"VWAP_BANDS_{deviations}_UPPER", upper
        yield f"VWAP_BANDS_{deviations}_LOWER", lower


def outputs(b):
    yield "VWAP", session_vwap(b)
    yield from since_start(b)
    yield from over_windows(b)
    yield from relative(b)
    yield from plain(b)
