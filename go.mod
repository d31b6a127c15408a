module github.com/velox-trading/velox

go 1.26
