# Cleancard. `make run` and `make test` are all one needs; the rest is for people who change the code.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
PORT ?= 8000
# Processes of `make test`: one more than two cores, since a browser, a server or a pause is often what one of them waits for.
JOBS ?= 3
export CLEANCARD_DEMO ?= 1
export OMP_NUM_THREADS ?= 2
# Where a machine forbids it, every process of a test would compile every library again: six seconds each.
unexport PYTHONDONTWRITEBYTECODE
# On a terminal the installer shows how far it is; in a log its list of packages would only be noise.
QUIET := $(shell test -t 2 || echo --quiet)

.PHONY: help setup run services test drill faults kills fuzz walk mutants feed screenshots axe lint format bench messages clean

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/.base: requirements/installer.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 is needed: install python3.11 and python3.11-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; found $$($(PYTHON) --version)"; exit 1; }
	@echo "Making the virtual environment"
	@$(PYTHON) -m venv .venv || { echo "The venv module is missing: on Debian and Ubuntu install python3-venv"; exit 1; }
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/installer.lock
	@touch $@

# --no-deps: the lock is closed, and the GPU library that CPU work never uses is left out of it (docs/decisions.md).
.venv/.runtime: .venv/.base requirements/runtime.lock
	@echo "Installing the libraries (about 450 MB to download the first time)"
	@.venv/bin/uv pip install --python $(PY) --no-deps --require-hashes $(QUIET) -r requirements/runtime.lock
	@nice $(PY) -m compileall -q .venv/lib >/dev/null 2>&1 &
	@touch $@

.venv/.dev: .venv/.base requirements/dev.lock
	@echo "Installing the libraries and the development tools"
	@.venv/bin/uv pip install --python $(PY) --no-deps --require-hashes $(QUIET) -r requirements/dev.lock
	@touch $@ .venv/.runtime

setup: .venv/.dev  ## environment with development tools and the commit hooks
	@test ! -d .git || .venv/bin/pre-commit install >/dev/null

# What lets time pass and sends mail: with a broker a worker and its schedule (the night at 02:00 with it), each in a process of its own since
# a schedule within a worker may end without it; else a loop. Started again when they die: else nobody would let time pass.
ifdef CELERY_BROKER_URL
CELERY := $(PY) -m celery -A fraud.project.celery
CLOCK = (sleep 3; exec deploy/keep "The worker" $(CELERY) worker -c 1 -Q celery,training -l WARNING) & KEPT=$$!; \
	(sleep 3; exec deploy/keep "The schedule" $(CELERY) beat -s $${CLEANCARD_HOME:-var}/beat-schedule -l WARNING) & KEPT="$$KEPT $$!";
else
CLOCK = (sleep 3; exec deploy/keep "What lets time pass" $(PY) manage.py sweep --every 20 --skip-checks) & KEPT=$$!;
endif
# A finished company whose tables are those of this version has nothing to wait for: its list of logins is printed once the server stands.
HOUSE = $${CLEANCARD_HOME:-var}
# Asked without Django, which takes longer than all the rest of a second start: whether the company stands in the database.
STANDS = $(PY) -c "import os, sys, psycopg; sys.exit(not psycopg.connect(os.environ['DATABASE_URL'], connect_timeout=5).execute('SELECT 1 FROM cases_case LIMIT 1').fetchone())" 2>/dev/null
run: export SITE_URL ?= http://localhost:$(PORT)
run: .venv/.runtime  ## demo company on http://localhost:8000
	@if grep -qs '"is_finished": true' $(HOUSE)/demo/plan.json \
	  && [ -z "$$(find audit rules fraud cases -path '*/migrations/*.py' -newer $(HOUSE)/demo/plan.json)" ] \
	  && { if [ -n "$$DATABASE_URL" ]; then $(STANDS); else [ -s $(HOUSE)/cleancard.sqlite3 ]; fi; }; then \
	  { sleep 2; exec nice $(PY) manage.py demo --skip-checks --until-open; } & \
	else \
	  echo "Preparing the database"; \
	  $(PY) manage.py demo --skip-checks --migrate --until-open || exit; touch -c $(HOUSE)/demo/plan.json; \
	fi; \
	echo "Cleancard is at http://localhost:$(PORT)  (stop with Ctrl-C; mail to people is written to var/outbox)"; \
	grep -qs '"is_finished": true' $(HOUSE)/demo/plan.json || nice $(PY) manage.py demo --skip-checks >/dev/null & LATER=$$!; \
	$(CLOCK) trap "kill $$KEPT $$LATER 2>/dev/null" EXIT INT TERM; \
	.venv/bin/gunicorn fraud.project.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --threads 4 --worker-class gthread --no-control-socket --log-level warning

services:  ## PostgreSQL and Redis in var/services, from installed programs; then ". var/services/env; make run" uses them
	@deploy/services start

# Of a fresh clone every process of a run would compile every module.
test: .venv/.dev  ## all tests that can run here, with a summary of what was skipped and why
	@$(PY) -m compileall -q -j 0 audit rules fraud cases
	@CLEANCARD_DEMO=0 OMP_NUM_THREADS=1 $(PY) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

drill: .venv/.dev  ## a company is backed up at work, destroyed, put back, and goes on; prints what it measured
	@CLEANCARD_DEMO=0 OMP_NUM_THREADS=1 $(PY) -m pytest -q -s tests/cases/backup/test_drill.py

faults: .venv/.dev  ## kills, full disks and servers that go away, drawn from a printed seed (SEED=…); prints tried, lost, doubled, recovery
	@CLEANCARD_DEMO=0 OMP_NUM_THREADS=1 $(PY) -m tests.faults $(ARGS) $(if $(SEED),--seed $(SEED))

kills: .venv/.dev  ## two hundred kills of night, import, training, promotion, sweep and backup from a printed seed (SEED=…, ARGS="--kills 50")
	@CLEANCARD_DEMO=0 OMP_NUM_THREADS=1 $(PY) -m tests.faults.kills $(ARGS) $(if $(SEED),--seed $(SEED))

# An environment of its own: schemathesis brings libraries that nothing else of ours needs.
.venv-fuzz/bin/st: requirements/fuzz.txt
	@$(PYTHON) -m venv .venv-fuzz && .venv-fuzz/bin/pip install --quiet --disable-pip-version-check -r requirements/fuzz.txt && touch $@

fuzz: .venv/.dev .venv-fuzz/bin/st  ## ten minutes of requests nobody would write, as every role, against a copy of the demo company (make run first)
	@OMP_NUM_THREADS=1 $(PY) -m tests.fuzz $(ARGS) $(if $(SEED),--seed $(SEED))

walk: .venv/.dev  ## every reader, address, object and secret; prints the cells tried and what is wrong (WALK=0.15 for a part, WALK_SEED=…)
	@CLEANCARD_DEMO=0 OMP_NUM_THREADS=1 WALK=$(or $(WALK),1) $(PY) -m pytest -q -s tests/cases/test_permission_walk.py

mutants: .venv/.dev  ## one change at a time in audit, permissions, money and decisions, from a printed seed; 1 where tests notice under 85 %
	@CLEANCARD_DEMO=0 OMP_NUM_THREADS=1 $(PY) -m tests.mutants $(ARGS) $(if $(SEED),--seed $(SEED))

feed: .venv/.dev  ## 100,000 claims in batches, the connection cut at random from a printed seed; all accounted for (ARGS="--claims 5000")
	@$(PY) -m tests.benchmarks feed $(ARGS) $(if $(SEED),--seed $(SEED))

screenshots: .venv/.dev  ## pictures of the twenty main pages of a demo company that runs (make run), into var/screenshots
	@$(PY) -m tests.browser.screenshots --base http://localhost:$(PORT) $(ARGS)

axe: .venv/.dev  ## axe-core (AXE_CORE=…/axe.min.js) over every page of a demo company that runs
	@CLEANCARD_DEMO=1 $(PY) -m tests.browser.axe --base http://localhost:$(PORT) $(ARGS)

lint: .venv/.dev  ## ruff, mypy and the import contracts
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy audit rules fraud cases
	@.venv/bin/lint-imports --no-cache
	@$(PY) manage.py makemigrations --check --dry-run --verbosity 0

format: .venv/.dev  ## let ruff put the code in order
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .

bench: .venv/.dev  ## the measurements; each prints its figures
	@$(PY) -m tests.benchmarks rules --claims 200000
	@$(PY) -m tests.benchmarks features --claims 200000
	@$(PY) -m tests.benchmarks importing --rows 200000
	@$(PY) -m tests.benchmarks night --claims 100000

lock: .venv/.base  ## make the locks anew after requirements/*.in changed
	@for name in runtime dev ocr; do .venv/bin/uv pip compile --quiet --universal --python-version 3.11 \
	  --override requirements/overrides.txt --generate-hashes --no-header --no-emit-index-url \
	  --no-emit-find-links requirements/$$name.in -o requirements/$$name.lock; done

messages: .venv/.dev  ## collect and compile the Korean translations (needs gettext)
	@for app in audit rules fraud cases; do (cd $$app && ../$(PY) ../manage.py makemessages -l ko --no-location --no-wrap && ../$(PY) ../manage.py compilemessages -v0); done

clean:  ## forget the demo company (keeps the environment)
	@test ! -d var/services || deploy/services stop
	@rm -rf var
