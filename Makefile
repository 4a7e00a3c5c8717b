# make run: execute all chapters and write them as a book.  make book: the book of the stored outputs.  make test: every quick test, outputs compared.  make test-all: all.  Each sets up .venv first, once.
PYTHON ?= $(or $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$python && break; done),python3)
IN = "$(or $(wildcard .venv/bin/python),$(PYTHON))"

.PHONY: python setup run book test test-all lab refresh experiments lint data data-report bench mutants clean

run book test lab: python
	@"$(PYTHON)" -m course_utils $@

refresh: setup
	@$(IN) -m course_utils refresh

test-all: python
	@"$(PYTHON)" -m course_utils test -m "" $(ARGUMENTS)

experiments: setup
	@$(IN) -m course_utils experiments $(NAME) $(if $(CORPUS),--corpus $(CORPUS))

lint: setup
	@$(IN) -m ruff check

data: setup
	@for script in data/generators/make_*.py; do $(IN) $$script || exit 1; done

data-report: setup
	@$(IN) data/report.py

bench: setup
	@for benchmark in input sizes road training suite; do echo "$$benchmark ..."; $(IN) benchmarks/$$benchmark.py || exit 1; done
	@$(IN) benchmarks/report.py

mutants: setup
	@test -d build/mutants/venv || { $(IN) -m venv build/mutants/venv && build/mutants/venv/bin/python -m pip install --quiet cosmic-ray==8.7.0; }
	@build/mutants/venv/bin/python tests/mutants.py

setup: python
	@"$(PYTHON)" -m course_utils setup

python:
	@command -v "$(PYTHON)" >/dev/null || { echo "There is no Python at $(PYTHON). Name one that is there: make PYTHON=/path/to/python"; exit 1; }

clean:
	rm -rf .venv build .pytest_cache .ruff_cache *.egg-info
