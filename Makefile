# make run: execute all chapters into build/.  make test: every test, outputs compared.  Both set up .venv first, once.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$python && break; done)
IN = .venv/bin/python -m

.PHONY: run test lab refresh lint data data-report bench mutants clean

run: .venv/ready
	@$(IN) course_utils run

test: .venv/ready
	@$(IN) pytest

lab: .venv/ready
	@$(IN) jupyterlab notebooks

refresh: .venv/ready
	@$(IN) course_utils refresh

lint: .venv/ready
	@$(IN) ruff check

data: .venv/ready
	@for corpus in reviews entities news; do .venv/bin/python data/make_$$corpus.py || exit 1; done

data-report: .venv/ready
	@.venv/bin/python data/report.py

bench: .venv/ready
	@for benchmark in input training documents suite; do echo "$$benchmark ..."; .venv/bin/python benchmarks/$$benchmark.py || exit 1; done
	@echo "Written to build/benchmarks/"

mutants: .venv/ready
	@test -d build/mutants/venv || { $(IN) venv build/mutants/venv && build/mutants/venv/bin/python -m pip install --quiet cosmic-ray==8.7.0; }
	@build/mutants/venv/bin/python tests/mutants.py

clean:
	rm -rf .venv build .pytest_cache .ruff_cache *.egg-info

.venv/ready: requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and was not found. Install one, or name it: make PYTHON=/path/to/python"; exit 1; }
	@echo "Setting up .venv (once, some minutes) ..."
	@$(PYTHON) -m venv .venv || { echo "This Python cannot make a venv. On Debian or Ubuntu: sudo apt install python3-venv. Then: make clean, and again."; exit 1; }
	@$(IN) pip install --quiet --requirement requirements.txt || { echo "Installing failed. If the package host is slow, see 'mirror' in README.md; else: $(PYTHON) -m course_utils doctor"; exit 1; }
	@$(IN) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
