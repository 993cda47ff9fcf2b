# Gate: the two set-up commands are `make run` and `make test`; the rest is for people who work on it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
# What runs is installed by version and hash. `make run LOCK=` takes the newest releases instead, for
# a platform or a Python that a pinned release knows nothing of yet.
LOCK ?= requirements.lock
DEV_LOCK := $(if $(LOCK),requirements-dev.lock)
# Presses everything on the site of its process: after it the site is no longer what others expect.
ALONE := tests/security/test_role_matrix.py
# System tests wait for emulated devices more than they compute: three workers on two cores.
WORKERS := -n 3 --dist loadfile --no-loadscope-reorder
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: run test unit static check bench fuzz explore sbom format clean browser rtsp database easyocr-test

run: $(VENV)/.run  ## install what running needs, start the demo site
	$(BIN)/gate demo --port $(PORT)

test: $(VENV)/.dev browser rtsp database  ## install what tests need, run them all
	$(BIN)/python -m pytest $(WORKERS) --cov --cov-report= --ignore $(ALONE)
	$(BIN)/python -m pytest --cov --cov-append --cov-report= $(ALONE)
	$(BIN)/coverage report

# No whole programs, browser, database server, camera server, training, nor files of slow tests.
unit: $(VENV)/.dev  ## what tells in a minute whether a change is right: no programs, browser, server
	$(BIN)/python -m pytest -n auto --dist worksteal --hypothesis-profile unit \
		$(addprefix --ignore tests/,system security fuzz) \
		-m "not system and not browser and not database and not torch and not slow"

static: $(VENV)/.dev  ## style, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: static test  ## exactly what CI runs

bench: $(VENV)/.dev  ## figures of this machine
	$(BIN)/python -m tests.bench

fuzz: $(VENV)/.dev  ## 10,000 cases each of API, spreadsheets, pictures, frames, serial bytes
	$(BIN)/python -m tests.fuzz --cases 10000

explore: $(VENV)/.dev  ## the property tests with new random examples; what fails becomes an @example
	$(BIN)/python -m pytest --hypothesis-profile explore \
		tests/gate tests/hardware tests/recognition tests/registry

easyocr-test:  ## the real EasyOCR, in an environment of its own: 6 GB of disk on Linux, 5 to 15 minutes
	$(PYTHON) -m venv $(VENV)-easyocr
	$(VENV)-easyocr/bin/pip install --quiet --disable-pip-version-check --editable '.[easyocr]' pytest pytest-timeout hypothesis
	$(VENV)-easyocr/bin/python -m pytest -o filterwarnings=default tests/easyocr/real_easyocr.py

sbom: $(VENV)/.dev  ## sbom.cdx.json: what is installed at a gate (CycloneDX), from the lock
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
		--of JSON -o sbom.cdx.json requirements.lock

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

browser:  ## Chromium and a Chinese font for the tests of the pages, from the system's packages
	@sh tests/browser.sh

rtsp:  ## a real RTSP server for the tests of the cameras, from the system's packages
	@sh tests/rtsp.sh

database:  ## PostgreSQL for the tests of it, from the system's packages
	@sh tests/database.sh

# pip compiles on one core, compileall on all, and meanwhile Gate itself is installed. A third of what
# comes along is never imported here: tests, compilers, dialects. What cannot be compiled does no harm.
IDLE := /(tests?|lexers|f2py|transformers|quantization|docutils|v1|mysql|oracle|mssql)/
$(VENV)/.run: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(if $(LOCK),$(PIP) --no-compile --require-hashes --requirement $(LOCK))
	@$(BIN)/python -m compileall -qq -j 0 -x '$(IDLE)' $(VENV)/lib & \
		$(PIP) $(if $(LOCK),--no-compile --no-deps) --editable .; installed=$$?; wait; exit $$installed
	@touch $@

# torch comes with the second line: no lock knows which of its builds a machine's index has.
$(VENV)/.dev: pyproject.toml requirements-dev.lock
	$(PYTHON) -m venv $(VENV)
	$(if $(DEV_LOCK),$(PIP) --require-hashes --requirement $(DEV_LOCK))
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) $(VENV)-easyocr .mypy_cache .ruff_cache .pytest_cache .hypothesis .bench
