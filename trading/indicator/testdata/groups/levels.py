"""TA-Lib has none of these: plain implementations that look at whole sessions, in
fractions."""

from fractions import Fraction

import numpy

CLASSIC = ("P", "R1", "R2", "R3", "S1", "S2", "S3")
CAMARILLA = ("P", "R1", "R2", "R3", "R4", "S1", "S2", "S3", "S4")


def classic(h, l, c):
    p = (h + l + c) / 3
    return p, 2 * p - l, p + h - l, h + 2 * (p - l), 2 * p - h, p - (h - l), l - 2 * (h - p)


def fibonacci(h, l, c):
    p, parts = (h + l + c) / 3, [Fraction(x) * (h - l) for x in ("0.382", "0.618", "1")]
    return p, *(p + x for x in parts), *(p - x for x in parts)


def camarilla(h, l, c):
    parts = [(h - l) * Fraction("1.1") / x for x in (12, 6, 4, 2)]
    return (h + l + c) / 3, *(c + x for x in parts), *(c - x for x in parts)


def sessions(b):
    """The bars of each session, and whether it was seen from its start."""
    starts = numpy.unique(b.session)
    for i, start in enumerate(starts):
        at = numpy.flatnonzero(b.session == start)
        yield at, i > 0 or b.start[at[0]] == start


def pivots(b, levels, count):
    out = numpy.full((count, len(b.close)), numpy.nan)
    last = None
    for at, whole in sessions(b):
        if last is not None:
            out[:, at] = numpy.array([float(x) for x in levels(*last)])[:, None]
        last = [Fraction(float(x)) for x in (max(b.high[at]), min(b.low[at]), b.close[at[-1]])] if whole else None
    return out


def opening_range(b, minutes):
    out = numpy.full((2, len(b.close)), numpy.nan)
    for at, whole in sessions(b):
        opening = b.start[at] - b.session[at] < minutes * 60_000
        if whole and opening.any():
            out[0, at[~opening]] = max(b.high[at[opening]])
            out[1, at[~opening]] = min(b.low[at[opening]])
    return out


def outputs(b):
    for name, levels, suffixes in (
        ("PIVOTS", classic, CLASSIC),
        ("PIVOTS_FIB", fibonacci, CLASSIC),
        ("PIVOTS_CAMARILLA", camarilla, CAMARILLA),
    ):
        for suffix, values in zip(suffixes, pivots(b, levels, len(suffixes))):
            yield f"{name}_{suffix}", values, {"scale": max(b.high)}
    for minutes in (15, 1, 60, 1000):
        for suffix, values in zip(("HIGH", "LOW"), opening_range(b, minutes)):
            yield f"OPENRANGE_{minutes}_{suffix}", values
