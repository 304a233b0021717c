# make reproduce: the index, the regressions and the paper, from the data in the repository
# make test:      the tests
# Both set up .venv themselves. PYTHON may name another interpreter (3.11 or newer).
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready

.PHONY: setup reproduce verify test lint bench docs notebooks browser lock clean
.DEFAULT_GOAL := reproduce

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "bri_eval needs Python 3.11 or newer; try make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

reproduce: $(STAMP)
	$(BIN)/bri-eval reproduce

verify: $(STAMP)
	$(BIN)/bri-eval verify

test: $(STAMP)
	$(BIN)/python -m pytest

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(STAMP)
	$(BIN)/python -m pytest tests -m bench -s

# The notebooks, run, as pages that need no network.
notebooks: $(STAMP)
	$(BIN)/jupyter nbconvert --to html --execute --log-level ERROR --template offline \
		--TemplateExporter.extra_template_basedirs=notebooks/templates --HTMLExporter.exclude_anchor_links=True \
		--output-dir build/notebooks notebooks/*.ipynb

# The documentation as a site that opens from disk, in build/site.
docs: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# Debian's browser, and what drives it, for the tests of the page to explore; without them these are skipped.
browser: $(STAMP)
	apt-get install --yes --quiet --no-install-recommends chromium
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "playwright>=1.65" "axe-playwright-python>=0.1.8"
	$(BIN)/python -m pytest tests/report/test_explorer_page.py

# Compiles the exact versions and hashes for all platforms; no index address is written.
lock: $(STAMP)
	$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
		--no-header --no-annotate --no-emit-index-url pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv build
