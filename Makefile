# The only front door: every way to build, try, check and measure Cobnut. `make help` lists them.
# Each target first runs tools/setup, which installs the Debian packages that it needs, or says which are missing.
SHELL := /bin/bash
.DEFAULT_GOAL := help

JOBS ?= 2
FUZZ_SECONDS ?= 60
# What `make asan|ubsan|tsan` build and run: everything, or e.g. TARGETS=unit_tests TESTS='-LE integration'.
# TESTS are ctest's options, for `make test` and `make asan-integration` as well: TESTS='-R limits'.
TARGETS ?= all
TESTS ?=
BENCH ?=
# Elements of each value of `make big`; strings have 512 MB from a million on.
ELEMENTS ?= 1000000
# What `make compat` runs of the suite's units and of the clients (everything when empty), and whether it writes
# redis-compat/RESULTS.md again.
UNITS ?=
UPDATE ?=

CMAKE = cmake -S . -G Ninja
BUILD = cmake --build $(1) -j $(JOBS) --target $(2)

.PHONY: help run build test check big bench compat crash asan ubsan tsan asan-integration tsan-integration fuzz lint \
  format docs clean

help:           ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## */\t/' | expand -t 20

run:            ## install what is missing, build, start on port 6379 with conf/cobnut.toml
	@tools/setup run
	@test -f build/build.ninja || $(CMAKE) -B build
	@$(call BUILD,build,cobnut)
	exec ./build/cobnut conf/cobnut.toml

build:          ## the release build, in build/
	@tools/setup run
	@test -f build/build.ninja || $(CMAKE) -B build
	@$(call BUILD,build,all)

test:           ## build and run every test; the last line is "N passed, N failed"
	@tools/setup run test
	@$(MAKE) --no-print-directory build
	@tools/run_tests build $(TESTS)

check:          ## what must hold before a merge: a build without warnings, every test, lint
	@tools/setup run test lint
	@$(CMAKE) -B build-check -DWERROR=ON
	@$(call BUILD,build-check,all)
	@tools/run_tests build-check
	@tools/lint/run build-check

lint:           ## format, clang-tidy with thread safety, layers, style, headers alone, generated text
	@tools/setup run test lint
	@test -f build/build.ninja || $(CMAKE) -B build
	@tools/lint/run build

asan asan-integration: SANITIZE = address,undefined
ubsan: SANITIZE = undefined
tsan tsan-integration: SANITIZE = thread
asan:           ## the tests under the address sanitizer, in build-asan/
ubsan:          ## the tests under the undefined-behaviour sanitizer, in build-ubsan/
tsan:           ## the tests under the thread sanitizer, in build-tsan/
asan ubsan tsan:
	@tools/setup run test
	@$(CMAKE) -B build-$@ -DSANITIZE=$(SANITIZE) -DCMAKE_BUILD_TYPE=RelWithDebInfo
	@$(call BUILD,build-$@,$(TARGETS))
	@tools/run_tests build-$@ $(TESTS)

# Only the server is built anew: the tests are those of the release build, which take less long to compile and to run.
asan-integration: ## the tests over sockets against a server under the address and undefined-behaviour sanitizers
tsan-integration: ## the tests over sockets against a server under the thread sanitizer
asan-integration tsan-integration: %-integration:
	@tools/setup run test
	@test -f build/build.ninja || $(CMAKE) -B build
	@$(call BUILD,build,integration_test)
	@$(CMAKE) -B build-$* -DSANITIZE=$(SANITIZE) -DCMAKE_BUILD_TYPE=RelWithDebInfo
	@$(call BUILD,build-$*,cobnut)
	@tools/run_tests build --server build-$*/cobnut -L integration -E docs_fresh $(TESTS)

big:            ## values of 1M elements, strings of 512 MB: how long each step took, who waited; ELEMENTS=200000
	@tools/setup run test
	@$(MAKE) --no-print-directory build
	COBNUT_TEST_ELEMENTS=$(ELEMENTS) build/integration_test --source-file='*/sizes_*_test.cc'

fuzz:           ## every X_fuzz.cc with libFuzzer, FUZZ_SECONDS (60) each, in build-fuzz/
	@tools/setup run test fuzz
	@$(CMAKE) -B build-fuzz -DCMAKE_CXX_COMPILER=clang++-14 -DCOBNUT_LIBFUZZER=ON \
	  -DSANITIZE=address,undefined -DCMAKE_CXX_FLAGS=-fsanitize=fuzzer-no-link
	@tools/fuzz build-fuzz $(FUZZ_SECONDS) $(JOBS)

bench:          ## CPU per operation and memory per key, beside redis-server; options in BENCH="--rows get,set"
	@tools/setup run bench
	@$(MAKE) --no-print-directory build
	@python3 tools/bench/bench.py $(BENCH)

compat:         ## redis-server's own test suite and real clients; UNITS="unit/type/string redis@5", UPDATE=yes
	@tools/setup run test compat
	@$(MAKE) --no-print-directory build
	@redis-compat/run --units "$(UNITS)" $(if $(UPDATE),--update)

crash:          ## kill -9 and recover, again and again
	@test -x tests/crash/run || \
	  { echo "make crash: needs persistence, which does not exist yet; nothing was tested" >&2; exit 1; }
	@$(MAKE) --no-print-directory build
	@tests/crash/run

format:         ## clang-format over all C++ files, in place
	@tools/setup lint
	@git ls-files -co --exclude-standard -- 'src/*.h' 'src/*.cc' 'tests/*.h' 'tests/*.cc' | \
	  xargs clang-format-14 -i

docs: build     ## write the generated text again: conf/, the README's command table, redis-compat/DEVIATIONS.md
	@tools/docs build/cobnut

clean:          ## remove the build folders
	rm -rf build build-check build-asan build-ubsan build-tsan build-fuzz .cache
