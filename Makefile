# What one does with this project, one command each. Every target makes the environment that it needs; when
# nothing has changed since, that costs nothing. No generated file is described here: scripts/site/build.py knows those.

.PHONY: serve fast test site experiments bench check

UV_VERSION := 0.13.9
MADE := .venv/.made-from-uv.lock
BIN := .venv/bin

# One BLAS thread: small products are faster so, and their times can be compared.
export OPENBLAS_NUM_THREADS := 1
export NO_MKDOCS_2_WARNING := 1

# Dozens of processes import the same modules, which Python compiles once where it may keep them.
unexport PYTHONDONTWRITEBYTECODE

serve: $(MADE)  ## the site on localhost, rebuilt when a file changes
	$(BIN)/mkdocs serve --dirty

fast: $(MADE)  ## the tests of the package and the scripts: seconds, without browser, network or PyTorch
	$(BIN)/pytest -n 2 --dist worksteal -m "not slow"

test: $(MADE)  ## every test
	$(BIN)/pytest -n 2 --dist worksteal

site: $(MADE)  ## the site into site/, and to be read without a server into site.zip; a warning is an error
	$(BIN)/mkdocs build --strict
	$(BIN)/python -m scripts.site.offline

experiments: $(MADE)  ## the long runs whose records are stale
	$(BIN)/python scripts/experiments/run.py

bench: $(MADE)  ## the times, beside PyTorch's; CONTRIBUTING.md says how to get it
	$(BIN)/python scripts/bench/run.py

check: $(MADE)  ## style, types, imports, spelling and the files that other machines read
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff

# The environment, from the lock file with its hashes. What else was installed into it by hand stays.
ifeq ($(shell command -v uv 2>/dev/null),)
UV := .uv/bin/uv
$(MADE): | $(UV)
else
UV := uv
endif

$(MADE): pyproject.toml uv.lock
	$(UV) sync --locked --inexact
	touch $@

# uv from PyPI into a folder of its own: needs no virtual environment and no permission to change the system.
.uv/bin/uv:
	python3 -m pip install --quiet --upgrade --target .uv uv==$(UV_VERSION)
