#!/usr/bin/env python3
"""Writes patterns.json: which candlestick patterns TA-Lib sees.

    pip install TA-Lib==0.8.2 && python3 make_patterns.py

Prices are whole numbers, of which all sums are exact: a candle that is just as
long as the average is so for TA-Lib's moving sums, too. Of each pattern the first
bar that can have a value, how often each value comes, and the FNV-1a hash of all
values are kept.
"""

import collections
import json
import os

import talib
from talib import abstract

from make_golden import HERE, REAL, SERIES, Bars, bars, compact, real_bars

PENETRATIONS = (0.1, 0.3, 0.5, 1.2)
# The prices of recorded ticks have at most so many places.
WHOLE = 100_000


def whole(b):
    return Bars(*((x * WHOLE).round() for x in b[:4]), b.volume, b.session)


def fnv(values):
    h = 0xCBF29CE484222325
    for v in values:
        h = (h ^ int(v) & 0xFFFFFFFF) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{h:016x}"


def outputs(b):
    for name in talib.get_function_groups()["Pattern Recognition"]:
        f = abstract.Function(name)
        prices = (b.open, b.high, b.low, b.close)
        call = getattr(talib, name)
        if "penetration" not in f.info["parameters"]:
            yield name, call(*prices), f.lookback
            continue
        for p in PENETRATIONS:
            yield f"{name}_{p}", call(*prices, penetration=p), f.lookback


def entry(values, first):
    found = collections.Counter(int(v) for v in values[first:] if v)
    return {"first": first, "found": {str(v): n for v, n in sorted(found.items())}, "hash": fnv(values[first:])}


def main():
    series = {name: list(recipe) for name, recipe in SERIES.items()}
    for name, seed, step in (("candles", 10, 40), ("small candles", 11, 8), ("large candles", 12, 400)):
        series[name] = ["candles", seed, 1, 10_000_000, step, 60_000, True]
    for recipe in series.values():
        recipe[2] = 1
    lists = [(n, dict(zip(("shape", "seed", "divisor", "base", "step", "bars", "wicks"), r)), bars(*r)) for n, r in series.items()]
    for name, source in REAL.items():
        b = whole(real_bars(*source))
        head = dict(zip(("file", "symbol", "exchange", "widthMs"), source)) | {"bars": len(b.close), "divisor": 1 / WHOLE}
        lists.append((name, head, b))
    total, text = collections.Counter(), []
    for name, head, b in lists:
        lines = []
        for output, values, first in outputs(b):
            found = entry(values, first)
            for value, n in found["found"].items():
                total[output.split("_")[0] + " " + value] += n
            lines.append(f"    {compact(output)}: {compact(found)}")
        text.append(f"  {compact(name)}: {compact(head)[:-1]}" + ',"patterns":{\n' + ",\n".join(lines) + "\n  }}")
    with open(os.path.join(HERE, "patterns.json"), "w") as f:
        f.write('{"series": {\n' + ",\n".join(text) + "\n}}\n")
    for pattern, n in sorted(total.items(), key=lambda x: x[1]):
        print(pattern, n)


if __name__ == "__main__":
    main()
