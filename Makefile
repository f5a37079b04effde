.DEFAULT_GOAL := help
.PHONY: help run setup test packages system e2e pictures lighthouse chaos chaos-sensitivity bench check-infra images lint format pins clean

SERVICES := auth tickets orders payments expiration client
PYTEST := .venv/bin/pytest -q

export PORT DATA EXPIRATION_SECONDS DEMO HTTPS STRIPE_KEY STRIPE_PUBLISHABLE_KEY COMPARE

help: ## Show what there is to do
	@awk -F ':.*## ' '/^[a-z0-9%-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## Run the marketplace: PORT=8080 DATA=.local EXPIRATION_SECONDS=900 DEMO=1 HTTPS=0 STRIPE_KEY=
	@.venv/bin/ticketing up

setup: ## Make the Python environment (the others do it by themselves)
	@infra/setup

test: setup ## Run all tests but the browser's: in memory, on a real MongoDB, and on the whole stack
	@$(MAKE) --no-print-directory -j2 --output-sync=target packages system

packages: # each by itself; what stores documents on a real MongoDB too, which explains its queries
	$(PYTEST) common $(SERVICES) infra/local infra/stripe-fake
	$(PYTEST) --mongod -p infra.tests.load.explain auth tickets orders payments

system: # the packages together
	$(PYTEST) infra/tests/integration infra/tests/order_free infra/tests/bad_input
	$(PYTEST) infra/tests/chaos/tests infra/tests/load/tests -k "not every_query"

test-%: setup ## Run one package's tests, e.g. make test-tickets
	$(PYTEST) $*

e2e: setup ## Drive every page and the whole purchase in a real browser
	@infra/tests/e2e/run

pictures: setup ## Take the README's pictures anew
	@infra/tests/e2e/run test_pictures.py --take-pictures --numprocesses=0

lighthouse: setup ## Score pages with Lighthouse, fetched by npx; on a quiet machine
	@.venv/bin/python -m infra.tests.e2e.lighthouse

chaos: setup ## Break the running marketplace by seed and check its guarantees: SEED=1 SECONDS=60 SEEDS=1
	@infra/tests/chaos/run --seed $(or $(SEED),1) --seconds $(or $(SECONDS),60) --seeds $(or $(SEEDS),1)

chaos-sensitivity: setup ## Take each mechanism out and see that the checks notice
	@infra/tests/chaos/run sensitivity

bench: setup ## Measure each path beside bare yardsticks: COMPARE=<git ref> for two versions
	@infra/tests/load/run

check-infra: setup ## Prove manifests, image recipes and pipelines without a cluster
	@infra/check

images: ## Build and start every image with docker or buildah: IMAGES="auth client" for some
	@infra/images/build $(IMAGES)

lint: setup ## Check style and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

format: setup ## Put the code in its standard form
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

pins: setup ## Pin the newest versions of all packages
	infra/pins --upgrade

clean: ## Remove the environment and what runs left behind
	rm -rf .venv .venv-infra .local output .pytest_cache .mypy_cache .ruff_cache .hypothesis
