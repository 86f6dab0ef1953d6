PORT ?= 8000
PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin
export FLASK_APP = wsgi.py

demo: $(VENV)/installed ## the invented county in your browser
	@$(BIN)/flask demo --port $(PORT) $(if $(RESET),--reset) $(if $(DIRECTORY),--directory "$(DIRECTORY)")

test: $(VENV)/installed-dev ## the suite, on every database found; `make browser`, `long` and `faults` are the rest
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not slow" --ignore tests/browser --ignore tests/faults

browser: $(VENV)/installed-dev ## the pages, walked in Chromium on every database
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder tests/browser

check: $(VENV)/installed-dev ## style, types, import contracts, templates, catalogs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg
	$(BIN)/djlint --lint referral
	$(BIN)/python -m tests.check_catalogs

bench: $(VENV)/installed-dev ## speed, as ratios within one run
	$(BIN)/python -m tests.bench

assurance: $(VENV)/installed-dev ## the tests of the security checklist, and their results into docs/security.md
	$(BIN)/python -m tests.assurance

scan: $(VENV)/installed-dev .venv-scan/installed ## other people's tools look at the code and at the running program
	$(BIN)/python -m tests.scan

sbom: $(VENV)/installed-dev ## the list of what is built in, as CycloneDX
	@$(BIN)/python -m tests.scan.sbom

long: $(VENV)/installed-dev ## strange values everywhere, real directories, the demo's processes, workers on one queue
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -m slow

faults: $(VENV)/installed-dev ## web and worker killed at every transition, databases taken away, many at once
	$(BIN)/pytest -n 3 tests/faults

soak: $(VENV)/installed-dev ## the same with 200 random kills of web and of worker, over 600 messages
	FAULT_ROUNDS=200 $(BIN)/pytest -n 2 tests/faults

matrix: $(VENV)/installed-dev ## every role on every database: `make test` asks few on PostgreSQL
	EVERY_ROLE=1 $(BIN)/pytest -n 3 tests/access

mutate: $(VENV)/installed-dev ## remove one rule of access at a time: the matrix must notice
	$(BIN)/python -m tests.access.mutate

pictures: $(VENV)/installed-dev ## the README's pictures, taken anew
	$(BIN)/python -m tests.browser.pictures

translations: $(VENV)/installed-dev ## gather the strings of pages into the catalogs
	$(BIN)/pybabel -q extract -F translations/babel.cfg -k _l -o translations/messages.pot --no-location --project NeedsRx .
	$(BIN)/pybabel -q update -i translations/messages.pot -d translations --no-fuzzy-matching --ignore-pot-creation-date
	$(BIN)/python -m babel.messages.frontend -q extract -F translations/patient.cfg -k _l -o translations/patient.pot --no-location --project NeedsRx .
	$(BIN)/pybabel -q update -D patient -i translations/patient.pot -d translations --no-fuzzy-matching --ignore-pot-creation-date

languages: $(VENV)/installed-dev ## the segments and the cost of texts by language, into docs/languages.md
	$(BIN)/python -m tests.text_sizes

$(VENV)/installed: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[postgres]'
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

.venv-scan/installed: tests/scan/requirements.txt
	$(PYTHON) -m venv .venv-scan
	.venv-scan/bin/pip install --quiet --requirement tests/scan/requirements.txt
	@touch $@

.PHONY: demo test browser long check bench assurance scan sbom faults soak translations languages pictures matrix mutate
