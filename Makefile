# Two commands do everything: `make run` and `make test`. `make help` lists the rest.
# PYTHON=python3.12 chooses the interpreter of the environment; without it, uv takes the first that is new enough.

BIN := .venv/bin
READY := .venv/.ready
# On Linux a window needs a display; without one, `run` plays the demonstration into pictures.
NO_DISPLAY := $(if $(DISPLAY)$(WAYLAND_DISPLAY),,$(filter Linux,$(shell uname -s)))

RUNS ?= 20
ADMISSIONS ?= 1000000
SEED ?= 1
MUTANT ?=
EXAMPLES ?= 1000
ONLY ?=
TASKS ?= 10000
STEPS ?= 100

.DEFAULT_GOAL := help
.PHONY: help run test check format setup crash powercut faults flips money machine simulate bench mutants package clean offscreen_libraries test_tools window_libraries freezing_tools FORCE

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: $(if $(NO_DISPLAY),offscreen_libraries,window_libraries) $(READY) ## open the window (without a display: the demonstration, into pictures)
	$(if $(NO_DISPLAY),QT_QPA_PLATFORM=offscreen $(BIN)/drover demo,$(BIN)/drover)

test: test_tools $(READY) ## every test, the window's on both event loops
	DROVER_LOOP=stock $(BIN)/pytest -q tests/gui
	$(BIN)/pytest

check: offscreen_libraries $(READY) ## format, lint, types, imports, fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/python -m tests.ignores
	$(BIN)/pytest -q -m "not slow"

format: $(READY) ## put the sources into their form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

setup: offscreen_libraries ## Debian packages, uv and .venv, also where they seem to be there
	@packaging/environment.sh $(PYTHON)

crash: $(READY) ## kill -9 again and again: RUNS=200, MUTANT=ack_first to see it caught
	$(BIN)/python -m tests.crash --runs $(RUNS) $(if $(MUTANT),--mutant $(MUTANT))

powercut: $(READY) ## cut the power at every write and sync of a run: SEED=, MUTANT=synchronous_normal to see it caught
	$(BIN)/python -m tests.crash.powercut --seed $(SEED) $(if $(MUTANT),--mutant $(MUTANT))

faults: $(READY) ## fail every write, sync, open and rename once: MUTANT=reuse_after_failed_sync to see it caught
	$(BIN)/python -m tests.crash.faults $(if $(MUTANT),--mutant $(MUTANT))

flips: $(READY) ## flip single bits of a store and cut its files: SEED=, MUTANT=lost_end_untold to see it caught
	$(BIN)/python -m tests.crash.flips --seed $(SEED) $(if $(MUTANT),--mutant $(MUTANT))

money: $(READY) ## a million admissions against a naive model: ADMISSIONS=, MUTANT=float_money to see it caught
	$(BIN)/python -m tests.property.money --admissions $(ADMISSIONS) $(if $(MUTANT),--mutant $(MUTANT))

machine: $(READY) ## the engine as a state machine, on both stores: EXAMPLES=1000
	$(BIN)/python -m tests.property.machine --examples $(EXAMPLES)

simulate: $(READY) ## the engine in a simulated world of faults, storms, sleeps and crashes: TASKS=, STEPS=, SEED=
	$(BIN)/python -m tests.simulation --tasks $(TASKS) --steps $(STEPS) --seed $(SEED)

bench: offscreen_libraries $(READY) ## the benchmarks' short forms (ten minutes, a quiet machine): writes README's table
	$(BIN)/python -m tests.benchmarks.every

mutants: $(READY) ## puts known faults in and sees that a battery finds each: ONLY="no_intent float_money"
	$(BIN)/python -m tests.mutants $(addprefix --only ,$(ONLY))

package: freezing_tools $(READY) ## a folder dist/drover that runs without Python, and its self-test
	@packaging/linux/build.sh

clean: ## remove what was made, the environment too
	rm -rf .venv .tools build dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

offscreen_libraries:
	@packaging/linux/system_packages.sh offscreen

test_tools:
	@packaging/linux/system_packages.sh test

window_libraries:
	@packaging/linux/system_packages.sh window

freezing_tools:
	@packaging/linux/system_packages.sh package

$(READY): pyproject.toml uv.lock packaging/environment.sh packaging/uv.sh $(if $(PYTHON),FORCE)
	@packaging/environment.sh $(PYTHON)

FORCE:
