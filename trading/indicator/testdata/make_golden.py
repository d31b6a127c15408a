#!/usr/bin/env python3
"""Writes golden.json: what TA-Lib gives on the series of golden_test.go.

    pip install TA-Lib==0.8.2 && python3 make_golden.py

The series are whole numbers by integer arithmetic, divided once, so that this
script and the test make the same floats without storing them. Of each output the
values at some bars are kept: around its first one, then every 97th, and the last;
null stands for a bar at which there is no value yet.
"""

import json
import math
import os

import numpy
import talib

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


def bars(shape, seed, divisor, base, step, count, wicks):
    r, close = Random(seed), base
    rows = []
    for i in range(count):
        opened = close
        close += move(shape, i, base, step, r)
        up, down = r.below(step + 1), r.below(step + 1)
        traded, volume = r.below(4), r.below(1_000_000)
        high = max(opened, close) + (up if wicks else 0)
        low = min(opened, close) - (down if wicks else 0)
        rows.append((high / divisor, low / divisor, close / divisor, (volume if traded else 0) / 1000))
    return [numpy.array(column) for column in zip(*rows)]


def session_vwap(high, low, close, volume):
    """TA-Lib's VWAP of each session by itself; no value before any volume."""
    out = numpy.full(len(close), numpy.nan)
    for start in range(0, len(close), SESSION_BARS):
        part = slice(start, start + SESSION_BARS)
        values = talib.VWAP(high[part], low[part], close[part], volume[part])
        values[numpy.cumsum(volume[part]) == 0] = numpy.nan
        out[part] = values
    return out


def outputs(high, low, close, volume):
    for n in (1, 2, 20, 200):
        yield f"SMA_{n}", talib.SMA(close, n)
        yield f"EMA_{n}", talib.EMA(close, n)
    for n in (2, 14, 50):
        yield f"RSI_{n}", talib.RSI(close, n)
    for n in (1, 2, 14):
        yield f"ATR_{n}", talib.ATR(high, low, close, n)
    for fast, slow, signal in ((12, 26, 9), (26, 12, 9), (2, 3, 1)):
        for suffix, values in zip(("", "_SIGNAL", "_HIST"), talib.MACD(close, fast, slow, signal)):
            yield f"MACD_{fast}_{slow}_{signal}{suffix}", values
    for n, k in ((20, 2), (2, 1), (50, 2.5)):
        for suffix, values in zip(("UPPER", "MIDDLE", "LOWER"), talib.BBANDS(close, n, k, k)):
            yield f"BBANDS_{n}_{k}_{suffix}", values
    yield "VWAP", session_vwap(high, low, close, volume)


def sampled(values):
    first = int(numpy.argmax(~numpy.isnan(values)))
    at = {first + d for d in (-1, 0, 1, 2)} | set(range(13, len(values), 97)) | {len(values) - 1}
    return [[i, None if math.isnan(values[i]) else float(values[i])] for i in sorted(at) if 0 <= i < len(values)]


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def series_text(recipe):
    columns = bars(*recipe)
    names = ("shape", "seed", "divisor", "base", "step", "bars", "wicks")
    head = dict(zip(names, recipe)) | {"last": [float(c[-1]) for c in columns]}
    lines = [f"    {compact(output)}: {compact(sampled(values))}" for output, values in outputs(*columns)]
    return compact(head)[:-1] + ',"outputs":{\n' + ",\n".join(lines) + "\n  }}"


def main():
    oracle = f"TA-Lib {talib.__ta_version__.decode().split()[0]}"
    series = ",\n".join(f"  {compact(name)}: {series_text(recipe)}" for name, recipe in SERIES.items())
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden.json"), "w") as f:
        f.write(f'{{"oracle": {compact(oracle)}, "series": {{\n{series}\n}}}}\n')


if __name__ == "__main__":
    main()
