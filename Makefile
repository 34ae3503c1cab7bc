# podweb. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PORT ?= 8000
BIND ?= 127.0.0.1
DATA ?= $(CURDIR)/data
PYTEST_ARGS ?=
TEST_PROCESSES ?= 2

PYTHON := .venv/bin/python
VENDOR := static/vendor/.copied
PATTERNFLY := node_modules/@patternfly/patternfly
# The packages of each purpose; what is there already is left alone.
RUN_PACKAGES := podman runc conmon catatonit netavark aardvark-dns iptables uidmap slirp4netns fuse-overlayfs \
  golang-github-containers-common python3-venv nodejs npm util-linux ca-certificates
TEST_PACKAGES := chromium-headless-shell fonts-dejavu-core redis-server postgresql iproute2 busybox-static procps

.PHONY: help up test lint bench screenshots lock secrets

help: ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

up: .venv/.run $(VENDOR) ## Run podweb on this machine (PORT=, BIND=, DATA= change where)
	@PODWEB_DATA='$(DATA)' exec .venv/bin/podweb up --port '$(PORT)' --bind '$(BIND)'

test: .venv/.dev $(VENDOR) ## Run every test (PYTEST_ARGS= narrows)
	@$(PYTHON) -X dev -m pytest --dist loadfile --no-loadscope-reorder --tx '$(TEST_PROCESSES)*popen//python=$(PYTHON) -X dev' $(PYTEST_ARGS)

lint: .venv/.dev $(VENDOR) ## Check style, types, layers, migrations, templates and scripts
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	PODWEB_DATA=build/lint $(PYTHON) manage.py makemigrations --check --dry-run
	PODWEB_DATA=build/lint PODWEB_SECURE=yes PODWEB_ALLOWED_HOSTS=podweb.example $(PYTHON) -W error manage.py check --deploy --fail-level WARNING
	.venv/bin/djlint templates --lint
	node_modules/.bin/eslint --config .ci/eslint.config.mjs --max-warnings 0 static/js

bench: .venv/.dev $(VENDOR) ## Measure; prints ratios of two things in one run
	$(PYTHON) -m benchmarks.sampler
	$(PYTHON) -m benchmarks.click
	$(PYTHON) -m benchmarks.viewers
	$(PYTHON) -m benchmarks.idle
	$(PYTHON) -m benchmarks.lists
	$(PYTHON) -m benchmarks.page
	$(PYTHON) -m benchmarks.logs
	$(PYTHON) -m benchmarks.history
	$(PYTHON) -m benchmarks.cockpit

screenshots: .venv/.dev $(VENDOR) ## Take pictures of each page into build/screenshots (root for those with an engine)
	$(PYTHON) -X dev -m pytest tests/screenshots/take_rows.py tests/screenshots/take_engine.py

secrets: ## Draw the passwords that compose.yaml reads; keeps those that are there
	@.ci/draw-secrets secrets

lock: ## Compile the lock files from pyproject.toml (needs uv)
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 \
	  pyproject.toml --group build -o requirements.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 \
	  pyproject.toml --group build --group dev -c requirements.txt -o requirements-dev.txt

# A stamp records that the packages are there, so that a second run asks nothing.
.venv/.packages:
	@.ci/install-packages $(RUN_PACKAGES)
	@mkdir -p .venv && touch $@

.venv/.test-packages: .venv/.packages
	@.ci/install-packages $(TEST_PACKAGES)
	@touch $@

.venv/bin/python: | .venv/.packages
	/usr/bin/python3 -m venv .venv

.venv/.run: requirements.txt pyproject.toml .venv/.packages | .venv/bin/python
	@test -e .venv/.dev || $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements-dev.txt pyproject.toml .venv/.test-packages | .venv/bin/python
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@ .venv/.run

node_modules/.installed: package-lock.json .venv/.packages
	@npm ci --no-progress --loglevel=error
	@touch $@

$(VENDOR): node_modules/.installed
	@rm -rf static/vendor && mkdir -p static/vendor/patternfly
	@sed 's@/\*# sourceMappingURL=.*\*/@@' $(PATTERNFLY)/patternfly.min.css > static/vendor/patternfly/patternfly.min.css
	@cd $(PATTERNFLY) && grep -oE 'url\("?(\./)?assets/[^)"]+' patternfly.min.css | sed -E 's/url\("?(\.\/)?//' | sort -u \
	  | xargs -I{} cp --parents {} $(CURDIR)/static/vendor/patternfly/
	@cp node_modules/htmx.org/dist/htmx.min.js static/vendor/
	@mkdir -p static/vendor/uplot
	@cp node_modules/uplot/dist/uPlot.esm.js node_modules/uplot/dist/uPlot.min.css static/vendor/uplot/
	@mkdir -p static/vendor/xterm && cp node_modules/@xterm/xterm/css/xterm.css static/vendor/xterm/
	@for file in xterm/lib/xterm.mjs addon-fit/lib/addon-fit.mjs; do \
	  sed 's@^//# sourceMappingURL=.*@@' node_modules/@xterm/$$file > static/vendor/xterm/$${file##*/}; done
	@touch $@
