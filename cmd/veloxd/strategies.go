package main

// Strategies that are written in Go are known by importing their packages. A build
// with others imports them here, beside these.
import _ "github.com/velox-trading/velox/trading/strategy/examples"
