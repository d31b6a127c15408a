import talib


def outputs(b):
    for n in (1, 2, 20, 200):
        yield f"SMA_{n}", talib.SMA(b.close, n)
        yield f"EMA_{n}", talib.EMA(b.close, n)
    for n, k in ((20, 2), (2, 1), (50, 2.5)):
        for suffix, values in zip(("UPPER", "MIDDLE", "LOWER"), talib.BBANDS(b.close, n, k, k)):
            yield f"BBANDS_{n}_{k}_{suffix}", values
