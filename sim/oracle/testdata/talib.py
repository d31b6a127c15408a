"""Writes talib.json: what TA-Lib makes of three series of bars.

Run: pip install TA-Lib numpy; python talib.py > talib.json
"""

import json
import random

import numpy as np
import talib


def walk(seed, n, scale):
    r = random.Random(seed)
    price, bars = scale, []
    for _ in range(n):
        opened = price
        path = [opened]
        for _ in range(5):
            path.append(path[-1] * (1 + r.gauss(0, 0.002)))
        price = path[-1]
        bars.append([round(x, 2) for x in (opened, max(path), min(path), price)])
    return bars


def flat(n):
    return [[100.0, 100.0, 100.0, 100.0]] * n


def step(n):
    return [[50.0, 51.0, 49.0, 50.0]] * (n // 2) + [[90.0, 91.0, 89.0, 90.5]] * (n - n // 2)


def outputs(bars):
    _, high, low, close = (np.array(c, dtype=float) for c in zip(*bars))
    found = {}
    for n in (2, 20):
        found[f"SMA_{n}"] = talib.SMA(close, n)
        found[f"EMA_{n}"] = talib.EMA(close, n)
    for n in (2, 14):
        found[f"RSI_{n}"] = talib.RSI(close, n)
    for n in (1, 14):
        found[f"ATR_{n}"] = talib.ATR(high, low, close, n)
    for p in ((12, 26, 9), (3, 10, 4), (8, 5, 3)):
        name = "MACD_%d_%d_%d" % p
        found[name], found[name + "_SIGNAL"], found[name + "_HIST"] = talib.MACD(close, *p)
    for n, d in ((20, 2.0), (5, 1.5)):
        name = f"BBANDS_{n}_{d:g}"
        found[name + "_UPPER"], found[name + "_MIDDLE"], found[name + "_LOWER"] = talib.BBANDS(close, n, d, d)
    return {k: [None if np.isnan(x) else float(x) for x in v] for k, v in found.items()}


series = {"walk": walk(1, 90, 1850.0), "small": walk(2, 60, 3.0), "flat": flat(45), "step": step(60)}
print(json.dumps({
    "generator": f"TA-Lib {talib.__ta_version__.decode().split()[0]}, Python wrapper {talib.__version__}",
    "series": {k: {"bars": b, "outputs": outputs(b)} for k, b in series.items()},
}, separators=(",", ":")).replace('},"', '},\n"').replace('],"', '],\n"'))
