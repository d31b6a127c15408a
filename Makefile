# The usual ways to work on Velox. Everything here is plain Go underneath.
.PHONY: build test race lint fmt fuzz mutate sim controls chaos recovery versions soak reliability ci kafka-up kafka-down clean

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
	VELOX_REQUIRE_KAFKA=1 go test -race -p 1 -timeout 60m ./...

lint:
	golangci-lint run ./...

fmt:
	golangci-lint fmt ./...

fuzz:
	.ci/run fuzz

mutate: ## which comparisons and cases in risk, order and position code no test would miss; about fifteen minutes
	go run ./bench/mutate -tests ./trading/account ./trading/risk ./trading/order ./trading/position ./trading/paper ./trading/fees ./trading/account ./trading/instrument

SEEDS ?= 20000
FIRST ?= 1
sim: ## clusters under faults by seed; about two hours on two slow cores
	go test -v ./sim/cluster -run TestSimulation -seeds $(SEEDS) -first $(FIRST) -timeout 6h

controls: ## laws that are broken on purpose, which the simulation and real brokers must see; some ten minutes
	go run ./bench/controls -kafka

CHAOS ?= --length 1h --rate 60 --node-kills 100 --broker-kills 20 --stops 50 --joins 50 --links 40 --moves 40
chaos: build ## an hour of faults on a real cluster of its own, and what came of them
	bin/veloxd chaos $(CHAOS)

RECOVERY ?= --length 0s --measures 3 --symbols 17100 --rate 30
recovery: build ## how fast partitions come back from a killed and a stopped node, with 5,500 symbols or more each; three minutes
	bin/veloxd chaos $(RECOVERY)

versions: ## the tests of transactions, and a short run of chaos, on each version of Kafka
	.ci/run versions

TRANSACTIONS ?= 100000
soak: ## so many transactions under one transactional id, on one real broker; about an hour
	VELOX_REQUIRE_KAFKA=1 go test -v -count=1 ./kafka -run TestSoakOnKafka -soak $(TRANSACTIONS) -timeout 12h

reliability: ## runs a command of docs/reliability.md and puts its output there: ONLY=controls
	go run ./bench/reliability '$(ONLY)'

ci: ## everything that must hold before a change lands
	.ci/run

kafka-up: ## three brokers and a user interface, in docker
	docker compose -f docker-compose.kafka.yml up -d --wait

kafka-down:
	docker compose -f docker-compose.kafka.yml down

clean:
	rm -rf bin .cache
