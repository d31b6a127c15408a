#!/usr/bin/env python3
"""Writes golden_GROUP.json: what TA-Lib gives on the series of golden_test.go.

    pip install TA-Lib==0.8.2 && python3 make_golden.py [GROUP...]

Each group of indicators has a module in groups/ with outputs(b): it yields
(name, values), or (name, values, options) with options of

    exact  the values by exact arithmetic, where TA-Lib loses digits: they are
           what the test wants, and TA-Lib's own largest difference is kept
    scale  the size of the numbers whose difference the output is: a difference
           below 1e-14 of it is the rounding of any float arithmetic

The hard series are whole numbers by integer arithmetic, divided once, so that this
script and the test make the same floats without storing them. The real ones are
candles of recorded ticks, by plain code here and in the test;
they are not stored. Of each output the values at some bars are kept: around its
first one, then every 97th, and the last; null stands for a bar at which there is no
value yet. An output whose values are mostly one (a pattern) keeps all the others
instead.
"""

import collections
import csv
import gzip
import importlib
import json
import math
import os
import sys

sys.dont_write_bytecode = True

import numpy
import talib

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.environ.get("VELOX_TEST_DATA") or os.path.join(HERE, "..", "..", "..", "..", "shared", "data")
GROUPS = sorted(f[:-3] for f in os.listdir(os.path.join(HERE, "groups")) if f.endswith(".py"))

# name: shape, seed, divisor, first price, step, bars, wicks
SERIES = {
    "walk": ("walk", 1, 100, 1_850_000, 1_000, 5_000, True),
    "huge": ("walk", 2, 100, 9_000_000_000_000, 100_000_000, 1_000, True),
    "tiny": ("walk", 3, 100_000_000, 1_000, 3, 1_000, True),
    "flat": ("flat", 4, 100, 10_000, 0, 400, False),
    "steps": ("steps", 5, 100, 10_000, 100, 600, False),
    "zigzag": ("zigzag", 6, 100, 10_000, 500, 400, True),
    "rising": ("rising", 7, 100, 10_000, 25, 400, True),
    "falling": ("falling", 8, 100, 1_000_000, 25, 400, True),
    "once": ("once", 9, 100, 10_000, 250, 600, False),
}
SESSION_BARS = 75
MINUTE, DAY = 60_000, 86_400_000

# name: file, symbol, exchange, milliseconds a candle
REAL = {
    "SPY 1min": ("us_equity_ticks_20131007_11.csv.gz", "SPY", "US", 60_000),
    "gold 5min": ("comex_gc_ticks_20131007_09.csv.gz", "GC201312", "COMEX", 300_000),
    "BTCUSDT 1s": ("crypto_binance_20240808.csv.gz", "BTCUSDT", "BINANCE_SPOT", 1_000),
}

# start and session are those of the bar and of its session in milliseconds, as the test has them.
Bars = collections.namedtuple("Bars", "open high low close volume start session")


class Random:
    """Marsaglia's xorshift of 32 bits."""

    def __init__(self, seed):
        self.x = seed

    def below(self, n):
        self.x ^= self.x << 13 & 0xFFFFFFFF
        self.x ^= self.x >> 17
        self.x ^= self.x << 5 & 0xFFFFFFFF
        return self.x % n


def move(shape, i, base, step, r):
    drawn = r.below(2 * step + 1) - step
    if shape == "walk":
        return drawn
    if shape == "steps" and i % 50 == 49:
        return base // 2 if i // 50 % 2 == 0 else -(base // 2)
    if shape == "zigzag":
        return step if i % 2 else -step
    if shape == "rising":
        return step
    if shape == "falling":
        return -step
    if shape == "once" and i == 30:
        return step
    return 0


def candle(r, close, step):
    """A candle that may gap from the last close and have any body and shadows."""
    gap, body, wick = (0, step // 2, 2 * step)[r.below(3)], (0, step // 8, step // 2, 2 * step)[r.below(4)], (0, step // 4, step, 3 * step)[r.below(4)]
    opened = close + r.below(2 * gap + 1) - gap
    close = opened + r.below(2 * body + 1) - body
    up, down = r.below(wick + 1), r.below(wick + 1)
    return opened, max(opened, close) + up, min(opened, close) - down, close


def bars(shape, seed, divisor, base, step, count, wicks):
    r, close = Random(seed), base
    if shape == "candles":
        rows = []
        for i in range(count):
            opened, high, low, close = candle(r, close, step)
            rows.append((opened / divisor, high / divisor, low / divisor, close / divisor, 0, i // SESSION_BARS))
        return columns(rows)
    rows = []
    for i in range(count):
        opened = close
        close += move(shape, i, base, step, r)
        up, down = r.below(step + 1), r.below(step + 1)
        traded, volume = r.below(4), r.below(1_000_000)
        high = max(opened, close) + (up if wicks else 0)
        low = min(opened, close) - (down if wicks else 0)
        volume = (volume if traded else 0) / 1000
        rows.append((opened / divisor, high / divisor, low / divisor, close / divisor, volume, i * MINUTE, i // SESSION_BARS * SESSION_BARS * MINUTE))
    return columns(rows)


def columns(rows):
    return Bars(*(numpy.array(column, dtype=float) for column in zip(*rows)))


def real_bars(file, symbol, exchange, width):
    """Candles of ticks in the order of the file; a session is a day of UTC."""
    rows, start = [], None
    with gzip.open(os.path.join(DATA, file), "rt") as f:
        for row in csv.DictReader(f):
            if row["symbol"] != symbol or row["exchange"] != exchange:
                continue
            ms, price, volume = int(row["timestamp_ms"]), float(row["price"]), float(row["volume"])
            if start is None or ms // width * width > start:
                start = ms // width * width
                rows.append([price, price, price, price, volume, start, start // DAY * DAY])
            else:
                bar = rows[-1]
                bar[1], bar[2], bar[3], bar[4] = max(bar[1], price), min(bar[2], price), price, bar[4] + volume
    return columns(rows)


def difference(a, b):
    return 0 if a == b else abs(a - b) / max(abs(a), abs(b))


def wanted(values):
    """The bars to keep."""
    known = ~numpy.isnan(values)
    first = int(numpy.argmax(known)) if known.any() else len(values)
    at = {first + d for d in (-1, 0, 1, 2)} | {len(values) - 1}
    usual = collections.Counter(values[known]).most_common(1)
    others = [i for i in range(first, len(values)) if values[i] != usual[0][0]] if usual else []
    if len(others) <= len(values) // 20:
        at |= set(others)
    else:
        at |= set(range(13, len(values), 97))
    return sorted(i for i in at if 0 <= i < len(values))


def output_json(values, options):
    exact = options.get("exact")
    entry = {}
    best = values if exact is None else numpy.where(numpy.isnan(values), numpy.nan, exact)
    if exact is not None:
        noise = 1e-14 * options.get("scale", 0)
        worst = max((difference(a, b) for a, b in zip(values, best) if not math.isnan(a) and abs(a - b) > noise), default=0)
        entry["talib"] = float(f"{worst:.1e}")
    if "scale" in options:
        entry["scale"] = float(options["scale"])
    entry["samples"] = [[i, None if math.isnan(best[i]) else float(best[i])] for i in wanted(best)]
    return entry


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def series_json(head, b, module):
    head = head | {"bars": len(b.close), "last": [float(x[-1]) for x in (b.high, b.low, b.close, b.volume)]}
    lines = [f"    {compact(name)}: {compact(output_json(values, dict(*options)))}" for name, values, *options in module.outputs(b)]
    return compact(head)[:-1] + ',"outputs":{\n' + ",\n".join(lines) + "\n  }}"


def main():
    sys.path.insert(0, HERE)
    series = []
    for name, recipe in SERIES.items():
        head = dict(zip(("shape", "seed", "divisor", "base", "step"), recipe)) | {"wicks": recipe[-1]}
        series.append((name, head, bars(*recipe)))
    for name, source in REAL.items():
        series.append((name, dict(zip(("file", "symbol", "exchange", "widthMs"), source)), real_bars(*source)))
    oracle = f"TA-Lib {talib.__ta_version__.decode().split()[0]}"
    for group in sys.argv[1:] or GROUPS:
        module = importlib.import_module("groups." + group)
        text = ",\n".join(f"  {compact(name)}: {series_json(head, b, module)}" for name, head, b in series)
        with open(os.path.join(HERE, f"golden_{group}.json"), "w") as f:
            f.write(f'{{"oracle": {compact(oracle)}, "series": {{\n{text}\n}}}}\n')


if __name__ == "__main__":
    main()
