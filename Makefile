# `make run` starts the server, `make check` and `make test` look at it; CI does the same in one build.

.PHONY: run check style test web tools programs bench crash fuzz docs

CARGO ?= cargo

run: web
	$(CARGO) build --release -p spool-gateway
	./target/release/spool serve

# Format, lints, and which crate may know which. Warnings are errors. Cargo is always asked for the whole workspace: fewer
# crates have fewer features, and all that they depend on would be compiled a second time.
check: style
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) test --workspace --test imports

# As much of it as compiles no Rust.
style: web
	$(CARGO) fmt --all --check
	npm run check --prefix web

test: tools web
	$(CARGO) test --workspace

# The web app, which lies in the program: built before it, and again only when something of it changed. What the build itself
# writes into src is no source.
web: web/dist/index.html

web/node_modules/done: web/package-lock.json
	@.ci/node
	npm ci --prefix web --ignore-scripts --no-audit --no-fund
	@touch $@

WEB_SOURCES := $(shell find web/src web/public -type f ! -name schema.d.ts) $(wildcard web/*.html web/*.json web/vite.config.ts)

web/dist/index.html: web/node_modules/done $(WEB_SOURCES)
	@.ci/node
	npm run build --prefix web
	@touch $@

# What the tests need beside cargo: ffprobe looks at the sandbox's files, jq and the libraries of Python and Node are for the examples,
# schemathesis reads the OpenAPI document, the official clients of providers are held against our fakes, and the web app is tried in Chromium, cut off from
# the network by ip and unshare. Done once, and again when a list of libraries changes.
tools: target/tools/venv/done examples/node_modules/done

programs:
	@.ci/packages ffprobe=ffmpeg curl=curl jq=jq python3=python3 python3-venv node=nodejs npm=npm \
	  chromium=chromium ip=iproute2

target/tools/venv/done: examples/requirements.txt crates/gateway/tests/requirements.txt \
  crates/providers/tests/clients/requirements.txt | programs
	python3 -m venv target/tools/venv
	target/tools/venv/bin/pip install --quiet --disable-pip-version-check $(addprefix -r ,$^)
	@touch $@

examples/node_modules/done: examples/package-lock.json | programs
	npm ci --prefix examples --ignore-scripts --no-audit --no-fund
	@touch $@

# Ratios against floors measured in the same run.
bench:
	$(CARGO) build --release -p spool-gateway -p spool-bench
	./target/release/spool-bench

# A longer run of the crash test; CRASH_SEED repeats one.
crash: CRASH_ROUNDS ?= 1000
crash:
	CRASH_ROUNDS=$(CRASH_ROUNDS) $(CARGO) test --workspace --test crash -- --nocapture

# Requests made from the OpenAPI document for FUZZ_S seconds; FUZZ_SEED repeats a run.
fuzz: FUZZ_S ?= 600
fuzz: tools
	FUZZ_S=$(FUZZ_S) $(CARGO) test --workspace --test examples description -- --nocapture

# Writes the pages of docs/ that tests print, and the OpenAPI document beside the web app.
docs:
	SPOOL_WRITE_DOCS=1 $(CARGO) test --workspace --lib openapi
	SPOOL_WRITE_DOCS=1 $(CARGO) test --workspace --bins --test lifecycle
