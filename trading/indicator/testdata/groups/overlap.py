import talib

BANDS = ("UPPER", "MIDDLE", "LOWER")


def averages(b):
    for n in (1, 2, 30):
        for name in ("DEMA", "KAMA", "RMA", "TEMA", "TRIMA", "WMA", "ZLEMA"):
            yield f"{name}_{n}", getattr(talib, name)(b.close, n)
    for n in (9, 125):
        for name in ("TRIMA", "WMA", "ZLEMA"):
            yield f"{name}_{n}", getattr(talib, name)(b.close, n)
    for n in (2, 20, 125):
        yield f"HMA_{n}", talib.HMA(b.close, n)
    for n, factor in ((5, 0.7), (2, 1), (20, 0)):
        yield f"T3_{n}_{factor}", talib.T3(b.close, n, factor)
    for kind in range(10):
        yield f"MA_9_{kind}", talib.MA(b.close, 9, kind)
    for fast, slow in ((0.5, 0.05), (0.2, 0.5)):
        mama, fama = talib.MAMA(b.close, fast, slow)
        yield f"MAMA_{fast}_{slow}", mama
        yield f"MAMA_{fast}_{slow}_FAMA", fama


def outputs(b):
    yield from averages(b)
    for n in (1, 2, 20, 200):
        yield f"SMA_{n}", talib.SMA(b.close, n)
        yield f"EMA_{n}", talib.EMA(b.close, n)
    for n, k in ((20, 2), (2, 1), (50, 2.5)):
        for suffix, values in zip(("UPPER", "MIDDLE", "LOWER"), talib.BBANDS(b.close, n, k, k)):
            yield f"BBANDS_{n}_{k}_{suffix}", values
