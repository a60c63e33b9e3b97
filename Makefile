# What people type. `make` alone lists it.
# On a fresh Debian machine with git and a Rust toolchain, `make demo` and `make test` install what is
# missing by themselves.

CARGO ?= cargo
# Beside the tests, whose dependencies have more features: alone, all would be compiled once more.
DEBUG_BUILD = $(CARGO) build --locked --bins --tests

.DEFAULT_GOAL := help
.PHONY: help setup demo test api-fuzz readers browser-tests build lint bench bench-programs national instructions \
	fuzz soak soak-postgres clean

help: ## List these commands
	@grep -E '^[a-z-]+: .*##' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

setup: ## Install what the build needs and the machine lacks
	@scripts/setup.sh

demo: build ## Build, then run the demo: no network, no configuration
	target/release/baton demo

build: setup ## Build the release binary: target/release/baton
	$(CARGO) build --release --locked

test: setup ## Run all tests
	$(CARGO) test --locked --doc
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
		echo "$(CARGO) nextest run --locked"; $(CARGO) nextest run --locked; \
	else \
		echo "$(CARGO) test --locked --lib --test '*'"; $(CARGO) test --locked --lib --test '*'; \
	fi

	$(MAKE) --no-print-directory api-fuzz readers browser-tests

api-fuzz: setup ## Ask the demo what its own descriptions allow and what they do not
	$(DEBUG_BUILD)
	scripts/api-fuzz.sh target/debug/baton

readers: setup ## Have the tools of others read what the demo sends
	$(DEBUG_BUILD)
	scripts/readers.sh target/debug/baton

browser-tests: ## Drive the pages in a browser, and check that style and scripts are what their sources make
	@scripts/setup.sh browser
	scripts/assets.sh --check
	$(DEBUG_BUILD)
	scripts/browser-tests.sh target/debug/baton

lint: setup ## Check format, lints, documentation and order of the house
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --all-targets --test fuzz -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --document-private-items
	scripts/tidy.sh
	@if $(CARGO) deny --version >/dev/null 2>&1; then \
		echo "$(CARGO) deny check licenses bans sources"; $(CARGO) deny --offline check licenses bans sources; \
	fi

bench: setup ## Run the benchmarks
	for bench in harvest search mapping places; do $(CARGO) bench --locked --bench $$bench; done

bench-programs: build ## Measure whole programs beside their peers: WHAT=harvest|serving|growth|stores|idle SCALE=1
	scripts/setup.sh bench
	$(CARGO) bench --locked --bench feeds --no-run
	for what in $(or $(WHAT),harvest serving growth stores); do scripts/bench/programs.py $$what --scale $(SCALE); done

SCALE ?= 1

national: build ## Harvest what the whole country publishes, or a part: make national SCALE=0.1
	$(CARGO) bench --locked --bench feeds --no-run
	scripts/bench/programs.py national --scale $(SCALE)

instructions: setup ## Count the instructions of hot paths, against those on record
	scripts/setup.sh instructions
	scripts/instructions.sh

TARGET ?= all
SECONDS ?= 60

fuzz: setup ## Try odd inputs: make fuzz TARGET=query SECONDS=600
	$(CARGO) test --locked --test fuzz -- $(TARGET) $(SECONDS)

MINUTES ?= 10

soak: setup ## Many feeds, faults and kills for a while: make soak MINUTES=10
	BATON_SOAK_SECS=$$(( $(MINUTES) * 60 )) $(CARGO) test --locked --test it -- --nocapture soak::

soak-postgres: setup ## Five processes on a PostgreSQL server, killed at random: make soak-postgres MINUTES=5
	BATON_SEVERAL_SECS=$$(( $(MINUTES) * 60 )) $(CARGO) test --locked --test it -- --nocapture several::

clean: ## Remove everything that was built
	$(CARGO) clean
