PORT ?= 8000
PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin
export FLASK_APP = wsgi.py

demo: $(VENV)/installed ## the invented county in your browser
	@$(BIN)/flask demo --port $(PORT) $(if $(RESET),--reset) $(if $(DIRECTORY),--directory "$(DIRECTORY)")

test: $(VENV)/installed-dev ## the whole suite, on every database and browser found
	$(BIN)/pytest -n 2

check: $(VENV)/installed-dev ## style, types, import contracts, templates, catalogs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg
	$(BIN)/djlint --lint referral
	$(BIN)/python -m tests.check_catalogs

bench: $(VENV)/installed-dev ## speed, as ratios within one run
	$(BIN)/python -m tests.bench

faults: $(VENV)/installed-dev ## 100 random kills of web and worker
	FAULT_ROUNDS=100 $(BIN)/pytest -n 2 tests/faults

translations: $(VENV)/installed-dev ## gather the strings of pages into the catalogs
	$(BIN)/pybabel -q extract -F translations/babel.cfg -k _l -o translations/messages.pot --no-location --project NeedsRx .
	$(BIN)/pybabel -q update -i translations/messages.pot -d translations --no-fuzzy-matching --ignore-pot-creation-date

$(VENV)/installed: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[postgres]'
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

.PHONY: demo test check bench faults translations
