// Package performance tells how a run of trading went, from its fills and prices:
// trades, profit, drawdown, risk-adjusted returns, exposure and turnover, for all
// of it and by account, strategy and symbol. docs/backtest.md explains each figure
// to users.
//
// Money is exact. Ratios are float64, and a ratio that has no value says why
// instead of being NaN or infinite.
package performance
