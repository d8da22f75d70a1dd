# Two commands: `make demo` runs the main job, `make test` passes the tests.
# Each sets up all it needs in .venv, with the versions pinned in constraints.txt.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DEMO   := demo

.DEFAULT_GOAL := help
.PHONY: demo test test-slow lint benchmark clean help

help:                ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*##/\t/' | expand -t 18

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(VENV)/.ready ## simulate a world, fit a model, evaluate it, show similar artists
	$(BIN)/tigertail simulate $(DEMO)/world --force
	$(BIN)/tigertail describe $(DEMO)/world --plot $(DEMO)/world.png
	$(BIN)/tigertail fit $(DEMO)/world $(DEMO)/model
	$(BIN)/tigertail evaluate $(DEMO)/world
	$(BIN)/tigertail similar $(DEMO)/model "Хофина Орщина" -n 8
	$(BIN)/tigertail similar $(DEMO)/model "Czędło Przebka" -n 8 --why
	$(BIN)/tigertail similar $(DEMO)/model "The Yarcrosber Fenker" -n 5
	$(BIN)/tigertail similar $(DEMO)/model "The Yarcrosber Fenker" -n 5 --from Polska --why
	@echo 'Your turn: $(BIN)/tigertail similar $(DEMO)/model "ANY NAME", or see README.md for real data.'

lint: $(VENV)/.ready ## ruff and strict mypy
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy

test: lint           ## lint, then every test
	$(BIN)/pytest

test-slow: $(VENV)/.ready ## do 95 % intervals hold the truth 95 % of the time?
	$(BIN)/pytest -m slow -s

benchmark: $(VENV)/.peers ## our solver beside implicit and irspack
	$(BIN)/python benchmarks/als.py

$(VENV)/.peers: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,peers]'
	@touch $@

clean:               ## remove what the targets made
	rm -rf $(VENV) $(DEMO) build src/*.egg-info
