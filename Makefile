# The usual ways to work on Velox. Everything here is plain Go underneath.
.PHONY: build test race lint fmt fuzz mutate sim controls ci kafka-up kafka-down clean

build: ## the program, in bin/
	go build -o bin/veloxd ./cmd/veloxd

test: ## all tests, with a list of what was left out and why
	@mkdir -p .cache
	@go test -v ./... > .cache/test.log 2>&1; status=$$?; \
	grep -E '^(ok|FAIL|panic:|\s*--- FAIL)' .cache/test.log; \
	if grep -qE -- '--- SKIP: ' .cache/test.log; then \
		echo "left out:"; grep -A1 -E -- '--- SKIP: ' .cache/test.log | grep -v '^--$$'; \
	else echo "nothing was left out"; fi; \
	if [ $$status -ne 0 ]; then echo "all of the output is in .cache/test.log"; fi; exit $$status

race: ## the same under the race detector, with real Kafka brokers required
	VELOX_REQUIRE_KAFKA=1 go test -race -p 1 ./...

lint:
	golangci-lint run ./...

fmt:
	golangci-lint fmt ./...

fuzz:
	.ci/run fuzz

mutate: ## which comparisons in risk, order and position code no test would miss; about twenty minutes
	go run ./bench/mutate -tests ./trading/account ./trading/risk ./trading/order ./trading/position ./trading/paper ./trading/fees ./trading/account ./trading/instrument

SEEDS ?= 20000
FIRST ?= 1
sim: ## clusters under faults by seed; about an hour on two cores
	go test ./sim/cluster -run TestSimulation -seeds $(SEEDS) -first $(FIRST) -timeout 6h

controls: ## laws that are broken on purpose, which the simulation must see; a quarter of an hour
	go run ./bench/controls

ci: ## everything that must hold before a change lands
	.ci/run

kafka-up: ## three brokers and a user interface, in docker
	docker compose -f docker-compose.kafka.yml up -d --wait

kafka-down:
	docker compose -f docker-compose.kafka.yml down

clean:
	rm -rf bin .cache
