# Gate: the two set-up commands are `make run` and `make test`; the rest is for people who work on it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

.PHONY: run test static check bench format clean browser rtsp easyocr-test

run: $(VENV)/.run  ## install what running needs, start the demo site
	$(BIN)/gate demo --port $(PORT)

test: $(VENV)/.dev browser rtsp  ## install what tests need, run them all
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

static: $(VENV)/.dev  ## style, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: static test  ## exactly what CI runs

bench: $(VENV)/.dev  ## figures of this machine
	$(BIN)/python -m tests.bench

easyocr-test:  ## the real EasyOCR, in an environment of its own: 6 GB of disk on Linux, 5 to 15 minutes
	$(PYTHON) -m venv $(VENV)-easyocr
	$(VENV)-easyocr/bin/pip install --quiet --disable-pip-version-check --editable '.[easyocr]' pytest pytest-timeout hypothesis
	$(VENV)-easyocr/bin/python -m pytest -o filterwarnings=default tests/easyocr/real_easyocr.py

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

browser:  ## Chromium and a Chinese font for the tests of the pages, from the system's packages
	@sh tests/browser.sh

rtsp:  ## a real RTSP server for the tests of the cameras, from the system's packages
	@sh tests/rtsp.sh

$(VENV)/.run: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) $(VENV)-easyocr .mypy_cache .ruff_cache .pytest_cache .hypothesis .bench
