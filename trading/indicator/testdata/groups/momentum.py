import talib


def outputs(b):
    for n in (2, 14, 50):
        yield f"RSI_{n}", talib.RSI(b.close, n)
    for fast, slow, signal in ((12, 26, 9), (26, 12, 9), (2, 3, 1)):
        for suffix, values in zip(("", "_SIGNAL", "_HIST"), talib.MACD(b.close, fast, slow, signal)):
            yield f"MACD_{fast}_{slow}_{signal}{suffix}", values
