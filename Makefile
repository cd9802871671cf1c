# `make run` and `make test` need nothing but Python, make and a package index.
ARGS ?=
STEPS ?= 50000
EXAMPLES ?= 300
PYTHON := .venv/bin/python

# The configuration that `check --deploy` judges: grown and https. No server has to run for it, which is why the
# models are checked embedded instead: Django asks PostgreSQL for its version there.
GROWN := env -u DATABASE_URL DEBUG=0 SQL_ENGINE=postgresql REDIS_URL=redis://127.0.0.1:6379/0 \
	SHOP_URL=https://shop.example DJANGO_ALLOWED_HOSTS=shop.example TRUSTED_PROXIES=127.0.0.1 EMAIL_BACKEND=django.core.mail.backends.smtp.EmailBackend \
	SECRET_KEY=only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH \
	JWT_KEYS=check:only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz
EMBEDDED := env -u DATABASE_URL -u REDIS_URL SQL_ENGINE=sqlite
DEPLOY_TAGS := $(addprefix --tag ,admin caches compatibility files mail security staticfiles templates urls)

.PHONY: help install run test fuzz bench soak check figures format lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST)

install: ## the virtual environment in .venv, locked versions
	@sh .ci/install

run: install ## the shop with demo data on http://127.0.0.1:8000
	@.venv/bin/shopctl demo --yes && exec .venv/bin/shopctl serve --next-free-port $(ARGS)

test: install ## the whole suite on SQLite and on PostgreSQL (ARGS="-k stock" for a part)
	@$(PYTHON) -m tests.run $(ARGS)

fuzz: install ## EXAMPLES (300) random requests to each operation of the API, other ones each time, on both databases
	@FUZZ_EXAMPLES=$(EXAMPLES) $(PYTHON) -m tests.run tests/contract/test_schema.py $(ARGS)

bench: install ## figures beside their yardsticks (ARGS="--only import --database sqlite" for a part)
	@.venv/bin/uv pip install -q --require-hashes --python $(PYTHON) -r benchmarks/requirements.txt
	@$(PYTHON) -m benchmarks.run $(ARGS)

soak: install ## the promises in full: STEPS (50000) random steps, every round of the races, on both databases
	@SOAK_STEPS=$(STEPS) $(PYTHON) -m tests.run tests/model tests/races/test_orders.py $(ARGS)

check: install ## format, lint, types, imports, translations, missing migrations, deployment
	.venv/bin/ruff format --check --output-format concise .
	.venv/bin/ruff check .
	.venv/bin/mypy .
	.venv/bin/lint-imports
	$(EMBEDDED) $(PYTHON) -m tests.contract.catalogues check
	$(EMBEDDED) $(PYTHON) manage.py makemigrations --check --dry-run
	$(EMBEDDED) $(PYTHON) manage.py check --fail-level WARNING
	@echo "manage.py check --deploy, grown and https"
	@$(GROWN) $(PYTHON) manage.py check --deploy --fail-level WARNING $(DEPLOY_TAGS)

figures: ## the house in figures: functions, modules, imports, tests
	@python3 -m tests.contract.structure

format: install ## format, and fix what ruff can fix
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

lock: install ## renew requirements*.txt from pyproject.toml
	.venv/bin/uv pip compile -q --universal --generate-hashes -p 3.12 --no-header --no-emit-index-url $(ARGS) \
		pyproject.toml -o requirements.txt
	.venv/bin/uv pip compile -q --universal --generate-hashes -p 3.12 --no-header --no-emit-index-url $(ARGS) \
		--extra dev pyproject.toml -o requirements-dev.txt
	.venv/bin/uv pip compile -q --universal --generate-hashes -p 3.12 --no-header --no-emit-index-url $(ARGS) \
		-c requirements.txt benchmarks/requirements.in -o benchmarks/requirements.txt

clean: ## caches; .venv and var/ stay
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build *.egg-info
	find . -path ./.venv -prune -o -name __pycache__ -type d -exec rm -rf {} +
