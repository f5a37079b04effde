.DEFAULT_GOAL := help
.PHONY: help run setup test test-python packages system e2e pictures lighthouse chaos simulate simulate-sensitivity chaos-sensitivity drills bench check-infra images lint format pins clean clean-data

SERVICES := auth tickets orders payments expiration client
SYSTEM := integration simulation/tests order_free bad_input chaos/tests drills/tests load/tests
# Another for `make test-python`.
VENV := .venv
PYTEST := $(VENV)/bin/pytest -q
# Each process takes ten seconds to begin, so that more of them than cores are no faster.
BESIDE := $(PYTEST) --numprocesses=2

ifdef PYTHONDONTWRITEBYTECODE
# Nothing beside the sources then; but where each process compiles everything, that is half the work.
  unexport PYTHONDONTWRITEBYTECODE
  export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/pycache
endif
export PORT DATA EXPIRATION_WINDOW_SECONDS DEMO HTTPS OBSERVE STRIPE_KEY STRIPE_PUBLISHABLE_KEY COMPARE UPGRADE_FROM

help: ## Show what there is to do
	@awk -F ':.*## ' '/^[a-z0-9%-]+:.*## / { printf "  make %-21s %s\n", $$1, $$2 } \
		sub(/^#: /, "") { print "       " $$0 }' $(MAKEFILE_LIST)

# Below a target stand, after `#: `, the variables it knows: `make run PORT=9000 DEMO=0`.

run: setup ## Run the marketplace until Ctrl-C
#: PORT=8080                      where it is served
#: DATA=.local                    the folder of its data and logs
#: EXPIRATION_WINDOW_SECONDS=900  how long an order holds its ticket, from 2 s to a day
#: DEMO=1                         0 for no demo accounts and tickets
#: HTTPS=0                        1 for https://ticketing.dev:8080 instead of http://localhost:8080
#: OBSERVE=0                      1 to keep traces, and figures in Prometheus
#: PROMETHEUS=prometheus          its program, which .venv does not have
#: STRIPE_KEY=                    sk_test_..., for the real Stripe instead of its stand-in
#: STRIPE_PUBLISHABLE_KEY=        pk_test_..., for Stripe's card field on the order's page
#: MONGOD= NATS_SERVER= REDIS_SERVER= NGINX=  a program of your own instead of .venv's
	@.venv/bin/ticketing up

setup: ## Make the Python environment, .venv (the others do it by themselves)
#: PYTHON=python3           the Python to make it of
	@infra/setup $(VENV)

test: setup ## Run all tests but the browser's: in memory, on a real MongoDB, and on the whole stack
#: MOMENTS=12               at how many moments a bank confirms a payment
	@$(MAKE) --no-print-directory -j2 --output-sync=target packages system

packages: # each by itself; what stores documents on a real MongoDB too, which explains its queries
	$(BESIDE) --dist=worksteal -p no:schemathesis common $(SERVICES) infra/local infra/stripe-fake infra/tests/shape
	$(BESIDE) --dist=worksteal -p no:schemathesis --mongod -p infra.tests.load.explain auth tickets orders payments

system: # the packages together; each process has a stack of its own
	$(BESIDE) --dist=loadfile --no-loadscope-reorder -k "not every_query" $(addprefix infra/tests/,$(SYSTEM))

test-python: ## Run all tests on another Python, in an environment of its own
#: PYTHON=python3           which, e.g. python3.14; its environment is .venv-3.14.0
	@$(MAKE) --no-print-directory test VENV=.venv-$(lastword $(shell $(or $(PYTHON),python3) -V))

test-%: setup ## Run one package's tests, e.g. make test-tickets
	$(PYTEST) $*

e2e: setup ## Drive every page and the whole purchase in a real browser
#: CHROMIUM=chromium-headless-shell  the browser, or chromium where only that is installed
#: PICTURES=0               1 to keep pictures of every page and state in output/e2e
	@infra/tests/e2e/run

pictures: setup ## Take the pictures of the journey in client/README.md anew
	@infra/tests/e2e/run test_pictures.py --take-pictures --numprocesses=0

lighthouse: setup ## Score pages with Lighthouse, fetched by npx; on a quiet machine
#: LIGHTHOUSE= CHROMIUM=chromium  the command, and the browser
	@.venv/bin/python -m infra.tests.e2e.lighthouse

chaos: setup ## Break the running marketplace by seed and check its guarantees
#: SEED=1 SEEDS=1           the first seed, and how many
#: SECONDS=60               how long faults strike, of each
#: UPGRADE_FROM=            a git ref: one replica of each service runs that version
	@infra/tests/chaos/run --seed $(or $(SEED),1) --seconds $(or $(SECONDS),60) --seeds $(or $(SEEDS),1)

simulate: setup ## Live through worlds by seed, in virtual time
#: SEED=1 SEEDS=1           the first seed, and how many
#: ARGS=                    more options: --log, --twice, --seconds=60
	@.venv/bin/python -m infra.tests.simulation --seed $(or $(SEED),1) --seeds $(or $(SEEDS),1) $(ARGS)

simulate-sensitivity: setup ## Take each mechanism out of simulated worlds until one notices
#: ARGS=                    more options: "--only gaps"
	@.venv/bin/python -m infra.tests.simulation sensitivity $(ARGS)

chaos-sensitivity: setup ## Take each mechanism out and see that the checks notice
	@infra/tests/chaos/run sensitivity

drills: setup ## Bring about what each alert is for, and see that it fires and ends
#: ONLY=                    some alerts: "StripeFails NewsIsDead"; all of them take an hour
#: QUIET=                   only purchases, for so many seconds, in which none may fire
#: PROMETHEUS=prometheus    its program, which .venv does not have
	@infra/tests/drills/run $(addprefix --only ,$(ONLY)) $(addprefix --quiet ,$(QUIET))

bench: setup ## Measure each path beside bare yardsticks
#: COMPARE=                 a git ref: that version beside this one
#: ARGS=                    more options: --short
	@infra/tests/load/run $(ARGS)

check-infra: setup ## Prove manifests, image recipes and pipelines without a cluster
#: SKAFFOLD_SCHEMA=         the file of skaffold's schema, to check skaffold.yaml by it
	@infra/check

images: ## Build and start every image with docker or buildah
#: IMAGES=                  some of them only: "auth client"
	@infra/images/build $(IMAGES)

lint: setup ## Check style, types, and that pages name what is in the code
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	$(PYTEST) infra/tests/shape

format: setup ## Put the code in its standard form
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

pins: setup ## Pin the newest versions of all packages
	infra/pins --upgrade

clean: ## Remove the environment and what tests left behind; the marketplace's data stays
	rm -rf .venv .venv-* output .pytest_cache .mypy_cache .ruff_cache .hypothesis

clean-data: ## Delete the marketplace's data, after asking
#: DATA=.local              its folder
	@PYTHONPATH=infra/local/src $(or $(PYTHON),python3) -m ticketing_local.data.clean
