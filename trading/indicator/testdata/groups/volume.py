import numpy
import talib


def session_vwap(b):
    """TA-Lib's VWAP of each session by itself; no value before any volume."""
    out = numpy.full(len(b.close), numpy.nan)
    for session in numpy.unique(b.session):
        part = b.session == session
        values = talib.VWAP(b.high[part], b.low[part], b.close[part], b.volume[part])
        values[numpy.cumsum(b.volume[part]) == 0] = numpy.nan
        out[part] = values
    return out


def outputs(b):
    yield "VWAP", session_vwap(b)
