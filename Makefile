# Two commands: `make demo` runs the main job, `make test` passes the tests.
# Each sets up all it needs: Python in .venv with the versions of constraints.txt, JavaScript tools in node_modules.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DEMO   := demo

.DEFAULT_GOAL := help
.PHONY: demo explore integrations wheel sbom audit docs test test-lowest test-newest test-slow test-spark fuzz lint benchmark clean help

help:                ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*##/\t/' | expand -t 18

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

# The world has everything switched on: sound, pages, radio shows, tags, an encyclopaedia, artists nobody has heard.
# Whom it asks about was chosen by rule, not by result: the artist most heard; of the Polish artists in the middle of the
# tail (12 listeners) the first by id whose own listeners are Polish; and the first Pole by id whom nobody has heard.
WORLD := --listeners 3000 --artists 2500 --audio 0.85 --pages 0.6 --djs 40 --facts 0.3 --cold 0.05
STAR  := Рыфорёв Рыстра
LOCAL := Ośćdziska i Ośćośćwąs
COLD  := Trzeska Zięwąs

# A source archive of Python packages holds no links, so there it is made again.
recipes:
	@ln -s src/tigertail/recipes recipes

demo: $(VENV)/.ready recipes ## one page: naive CF beside Tigertail, head and tail, on a simulated world
	@echo '== A world is invented and a model fitted to it'
	@$(BIN)/tigertail simulate $(DEMO)/world $(WORLD) --force
	@$(BIN)/tigertail fit $(DEMO)/world $(DEMO)/model
	@echo '== How good are the lists?'
	@$(BIN)/tigertail evaluate $(DEMO)/world --systems recipes/demo.toml --brief --report $(DEMO)/evaluation
	@echo '== The fewer listeners a query has, the more the other signals count'
	@$(BIN)/tigertail weights $(DEMO)/model --plot $(DEMO)/weights.png
	@echo '== A star'
	@$(BIN)/tigertail similar $(DEMO)/model "$(STAR)" -n 3 --beside cosine
	@echo '== The same, asked from Poland'
	@$(BIN)/tigertail similar $(DEMO)/model "$(STAR)" -n 3 --beside cosine --country Polska
	@echo '== A local artist of the tail'
	@$(BIN)/tigertail similar $(DEMO)/model "$(LOCAL)" -n 5 --beside cosine
	@echo '== Why?'
	@$(BIN)/tigertail similar $(DEMO)/model "$(LOCAL)" -n 2 --why
	@echo '== An artist without listeners: naive CF has no list'
	@$(BIN)/tigertail similar $(DEMO)/model "$(COLD)" -n 2 --why
	@echo 'Your turn: make explore, to look around in a browser; or $(BIN)/tigertail similar $(DEMO)/model "ANY NAME";'
	@echo 'or see README.md for real data.'

explore: $(DEMO)/model/maps ## the same world in a browser: http://127.0.0.1:8000/
	@$(BIN)/tigertail serve $(DEMO)/model --evaluation $(DEMO)/evaluation/report.json

$(DEMO)/model/maps: $(VENV)/.ready
	@test -f $(DEMO)/evaluation/report.json || $(MAKE) --no-print-directory demo
	@$(BIN)/tigertail map $(DEMO)/model

# Kernels are compiled for x86-64-v3, this version of Python and the pinned Numba; elsewhere they are compiled anew.
wheel: $(VENV)/.ready ## a wheel in dist/ that brings compiled kernels
	rm -rf build/shipped && mkdir -p build/shipped dist
	cp -r pyproject.toml README.md LICENSE MANIFEST.in src build/shipped
	rm -rf build/shipped/src/*.egg-info
	cd build/shipped && PYTHONPATH=src $(CURDIR)/$(BIN)/tigertail warm --ship
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir build/shipped build/shipped
	$(BIN)/python -m wheel tags --remove $$($(BIN)/python .ci/wheel_tags.py) build/shipped/*.whl
	mv build/shipped/*.whl dist

sbom: build/sbom.json ## what a release is made of, in build/sbom.json (CycloneDX)

build/sbom.json: $(VENV)/.ready .ci/sbom.py
	@mkdir -p build
	@$(BIN)/python .ci/sbom.py > $@.new && mv $@.new $@

audit:               ## known vulnerabilities of the pinned versions; needs a network
	@mkdir -p build && $(PYTHON) -m venv build/audit
	@build/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	@build/audit/bin/pip-audit --no-deps --disable-pip --progress-spinner off --format json -r constraints.txt 2>build/audit.log | $(PYTHON) .ci/audit.py

$(VENV)/.docs: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,docs]'
	@touch $@

docs: $(VENV)/.docs  ## the site, in build/site; a dead link or a missing reference fails
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

fuzz: $(VENV)/.ready ## a million random files, recipes, names and requests over HTTP, for an hour at most
	$(BIN)/python -m benchmarks.fuzz --inputs 1000000 --seconds 3600 --keep build/fuzz

lint: $(VENV)/.ready node_modules/.ready ## ruff and strict mypy, eslint and tsc
	$(BIN)/ruff check src tests benchmarks integrations
	$(BIN)/ruff format --check src tests benchmarks integrations
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	npm run --silent lint

node_modules/.ready: package.json
	@command -v npm >/dev/null || { echo 'make lint needs npm to check the JavaScript: install Node.js 20 or newer (https://nodejs.org), then run make again' >&2; exit 1; }
	npm install --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

# The archive is the same on every machine: the compiler is pinned with all it needs, and no date is kept.
NAVIDROME := integrations/navidrome

integrations: build/tigertail.ndp ## the plugins for players: build/tigertail.ndp for Navidrome

build/tigertail.ndp: integrations/pack.py $(NAVIDROME)/manifest.json build/navidrome/plugin.wasm
	@$(PYTHON) integrations/pack.py $@ $(filter-out %.py,$^)

build/navidrome/plugin.wasm: $(NAVIDROME)/assembly/index.ts $(NAVIDROME)/package.json $(NAVIDROME)/node_modules/.ready
	@cd $(NAVIDROME) && npm run --silent build

$(NAVIDROME)/node_modules/.ready: $(NAVIDROME)/package-lock.json
	@cd $(NAVIDROME) && npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

# A fit on Spark is tested too, with executors of its own; that takes Java 17 and some 400 MB of Spark.
$(VENV)/.spark: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,spark]'
	@touch $@

test: lint recipes integrations $(VENV)/.spark ## lint, then every test, two files at a time
	$(BIN)/pytest -n 2 --dist loadfile

# What runs without a browser, servers of its own and the libraries we are compared with.
QUICK := tests --ignore tests/audio --ignore tests/evaluation --ignore tests/service/explorer --ignore tests/service/faults --ignore tests/service/compat/test_navidrome.py --ignore tests/service/compat/test_beets.py --ignore tests/test_release.py
TOOLS := hypothesis httpx pylast pytest pytest-xdist pyyaml

define test_wheel
	rm -rf build/$(1) build/wheel && $(PYTHON) -m venv build/$(1)
	$(PYTHON) -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir build/wheel .
	build/$(1)/bin/python -m pip install --quiet --disable-pip-version-check $(2) "$$(ls $(CURDIR)/build/wheel/*.whl)[audio,map,otel,pandas,plot,postgresql,service,sign,tune,web]" $(TOOLS)
	build/$(1)/bin/python -c 'import tigertail; assert "site-packages" in tigertail.__file__, tigertail.__file__'
	build/$(1)/bin/python -m pytest -n 2 --dist loadfile $(QUICK)
endef

test-lowest:         ## the quick tests on the wheel, with the lowest direct dependencies it allows
	mkdir -p build && $(PYTHON) .ci/lowest_constraints.py > build/lowest.txt
	$(call test_wheel,lowest,-c build/lowest.txt)

test-newest:         ## the quick tests on the wheel, with the newest dependencies there are
	$(call test_wheel,newest,)

test-slow: $(VENV)/.ready ## do 95 % intervals hold the truth 95 % of the time?
	$(BIN)/pytest -m slow -s

# PySpark 3.5 ends at Python 3.11 and at pandas 2.
PYSPARK ?= pyspark==3.5.9 pandas==2.3.3

test-spark: recipes  ## a fit on two executors of Apache Spark, in an environment of its own; it needs Java 17
	rm -rf build/spark && $(PYTHON) -m venv build/spark
	grep -v -e '^pandas==' -e '^py4j==' -e '^pyspark==' constraints.txt > build/spark/constraints.txt
	build/spark/bin/python -m pip install --quiet --disable-pip-version-check -c build/spark/constraints.txt -e '.[audio,service,spark,web]' $(PYSPARK) $(TOOLS)
	build/spark/bin/python -m pytest -m slow tests/spark

benchmark: $(VENV)/.peers ## our solver beside implicit and irspack
	$(BIN)/python benchmarks/als.py

$(VENV)/.peers: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,peers]'
	@touch $@

clean:               ## remove what the targets made
	rm -rf $(VENV) node_modules $(NAVIDROME)/node_modules $(DEMO) build src/*.egg-info
