package indicator

import (
	"slices"
	"strings"
	"unicode"

	"github.com/velox-trading/velox/trading/spelling"
)

// titles are the kinds' names in words, with those that other platforms have for them;
// those of patterns are made of their names.
var titles = map[string]string{
	"AC": "accelerator oscillator", "ACCBANDS": "acceleration bands", "AD": "accumulation/distribution line, Chaikin",
	"ADOSC": "accumulation/distribution oscillator, Chaikin oscillator", "ADR": "average daily range",
	"ADX": "average directional index, trend strength", "ADXR": "average directional index rating", "AO": "awesome oscillator",
	"APO": "absolute price oscillator", "AROON": "Aroon up and down", "AROONOSC": "Aroon oscillator", "ATR": "average true range",
	"AVGDEV": "average deviation", "AVGPRICE": "average price, OHLC4", "AVWAP": "anchored volume-weighted average price, anchored VWAP",
	"BBANDS": "Bollinger bands", "BETA": "beta, of highs to lows", "BOP": "balance of power", "CCI": "commodity channel index",
	"CMF": "Chaikin money flow", "CMO": "Chande momentum oscillator", "CMOU": "Chande momentum oscillator, unsmoothed",
	"COPPOCK": "Coppock curve", "CORREL": "correlation, Pearson, of highs and lows", "CVI": "Chaikin volatility",
	"DEMA": "double exponential moving average", "DONCHIAN": "Donchian channel", "DPO": "detrended price oscillator",
	"DX": "directional movement index", "EFI": "Elder's force index", "EMA": "exponential moving average",
	"ER": "Kaufman's efficiency ratio", "ERI": "Elder-ray index, bull power and bear power", "FOSC": "forecast oscillator",
	"FRACTAL": "Williams fractals", "HA": "Heikin-Ashi candles", "HMA": "Hull moving average", "HT_TRENDLINE": "Hilbert transform, instantaneous trendline",
	"ICHIMOKU": "Ichimoku cloud, kinko hyo", "IMI": "intraday momentum index", "KAMA": "Kaufman's adaptive moving average",
	"KC": "Keltner channel, of typical prices", "KDJ": "KDJ, stochastic with J", "KELTNER": "Keltner channel, of closes",
	"LINEARREG": "linear regression", "LINEARREG_ANGLE": "linear regression, angle", "LINEARREG_INTERCEPT": "linear regression, intercept",
	"LINEARREG_SLOPE": "linear regression, slope", "MA": "moving average of a type", "MACD": "moving average convergence/divergence",
	"MACDEXT": "moving average convergence/divergence with averages of types", "MACDFIX": "moving average convergence/divergence, 12 and 26",
	"MAMA": "MESA adaptive moving average, Ehlers", "MARKETFI": "market facilitation index, Bill Williams", "MASSI": "mass index",
	"MEDPRICE": "median price, HL2", "MFI": "money flow index", "MIDPOINT": "midpoint of closes", "MIDPRICE": "midpoint of highs and lows",
	"MINUS_DI": "minus directional indicator, DI-", "MINUS_DM": "minus directional movement, DM-", "MOM": "momentum", "NATR": "normalised average true range, ATR percent",
	"NVI": "negative volume index", "OBV": "on-balance volume", "OPENRANGE": "opening range, ORB", "PERCENTILE": "percentile",
	"PERCENTRANK": "percent rank", "PIVOTS": "pivot points, classic, support and resistance", "PIVOTS_CAMARILLA": "pivot points, Camarilla",
	"PIVOTS_FIB": "pivot points, Fibonacci", "PLUS_DI": "plus directional indicator, DI+", "PLUS_DM": "plus directional movement, DM+",
	"PPO": "percentage price oscillator", "PVI": "positive volume index", "PVO": "percentage volume oscillator", "PVT": "price-volume trend",
	"QSTICK": "Qstick", "RMA": "Wilder's smoothed moving average, SMMA", "ROC": "rate of change, percent", "ROCP": "rate of change, share",
	"ROCR": "rate of change, ratio", "ROCR100": "rate of change, ratio of 100", "RSI": "relative strength index", "RVI": "relative volatility index",
	"RVOL": "relative volume", "SAR": "parabolic SAR, stop and reverse, PSAR", "SAREXT": "parabolic SAR, extended", "SMA": "simple moving average",
	"SMI": "stochastic momentum index", "STDDEV": "standard deviation", "STOCH": "stochastic oscillator, slow", "STOCHF": "stochastic oscillator, fast",
	"STOCHRSI": "stochastic RSI", "SUPERTREND": "Supertrend", "T3": "T3, Tillson moving average", "TEMA": "triple exponential moving average",
	"TRANGE": "true range", "TRIMA": "triangular moving average", "TRIX": "TRIX, rate of change of a triple exponential average",
	"TSF": "time series forecast", "TSI": "true strength index", "TYPPRICE": "typical price, HLC3", "ULTOSC": "ultimate oscillator",
	"VAR": "variance", "VHF": "vertical horizontal filter", "VORTEX": "vortex indicator", "VWAP": "volume-weighted average price",
	"VWAP_BANDS": "volume-weighted average price, bands", "VWMA": "volume-weighted moving average", "WAD": "Williams accumulation/distribution",
	"WCLPRICE": "weighted close price, HLCC4", "WILLR": "Williams %R", "WMA": "weighted moving average", "ZLEMA": "zero-lag exponential moving average",
}

// Title gives the kind's name in words; "" for a pattern, whose own name is one but for
// what it begins with.
func (k Kind) Title() string { return titles[k.Name] }

// letters gives the letters and digits of a text, all small: Heikin-Ashi is heikinashi.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// leastSearched is how many letters a part of a word needs to be looked for.
const leastSearched = 3

// patternWords are what patterns are called together.
var patternWords = []string{"candlestick", "candlesticks", "candlestickpattern", "candlestickpatterns"}

// Search gives the kinds in whose name, in letters or in words, a word or several stand,
// sorted by name; all patterns for candlestick.
func Search(words string) []Kind {
	part := letters(words)
	if len(part) < leastSearched {
		return nil
	}
	patterns := slices.Contains(patternWords, part)
	return slices.DeleteFunc(Kinds(), func(k Kind) bool {
		if patterns && k.Group == "pattern" {
			return false
		}
		return !strings.Contains(letters(k.Name), part) && !strings.Contains(letters(k.Title()), part)
	})
}

// MeantWord gives the word of an indicator's name in words that was probably meant, such as
// bollinger for bolinger; "" when that can't be told.
func MeantWord(word string) string {
	var known []string
	for _, k := range kinds {
		for _, w := range strings.FieldsFunc(strings.ToLower(k.Title()), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if len(w) > leastSearched && !slices.Contains(known, w) {
				known = append(known, w)
			}
		}
	}
	return spelling.Nearest(strings.ToLower(word), known)
}
