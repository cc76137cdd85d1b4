# `make run` starts the server, `make check` and `make test` are what CI runs.

.PHONY: run check test tools bench crash docs

CARGO ?= cargo

run:
	$(CARGO) build --release -p spool-gateway
	./target/release/spool serve

# Format, lints, and which crate may know which. Warnings are errors.
check:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) test -p spool-gateway --test imports

test: tools
	$(CARGO) test --workspace

# ffprobe looks at the sandbox's files from outside. It is installed where we may, and asked for where we may not.
tools:
	@command -v ffprobe >/dev/null 2>&1 \
	  || { [ "$$(id -u)" = 0 ] && apt-get update && apt-get install -y --no-install-recommends ffmpeg; } \
	  || { echo "error: the tests need ffprobe: install ffmpeg" >&2; exit 1; }

# Ratios against floors measured in the same run.
bench:
	$(CARGO) build --release -p spool-gateway -p spool-bench
	./target/release/spool-bench

# A longer run of the crash test; CRASH_SEED repeats one.
crash: CRASH_ROUNDS ?= 1000
crash:
	CRASH_ROUNDS=$(CRASH_ROUNDS) $(CARGO) test -p spool-gateway --test crash -- --nocapture

# Writes the pages of docs/ that tests print.
docs:
	SPOOL_WRITE_DOCS=1 $(CARGO) test -p spool-domain -p spool-gateway --bins --test lifecycle
