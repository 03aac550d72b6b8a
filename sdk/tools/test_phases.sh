# shellcheck shell=bash
# The phases of `./tenon test`, sourced by the script in the root. Each phase is timed, logged in
# build/logs and listed at the end; a failed phase does not keep the later ones from running.

phase_table=()
passed=0
failed=0

# phase NAME COMMAND...: counts as one test, unless it is a run of ctest, which counts itself.
phase() {
  local name=$1 started=$SECONDS result=ok
  shift
  if step "test-$name" "test phase $name" "$@"; then
    :
  else
    result=FAILED
  fi
  count_results "$logs/test-$name.log" "$result"
  local spent
  spent=$(minutes $((SECONDS - started)))
  phase_table+=("$(printf '%-22s %6s min  %s' "$name" "$spent" "$result")")
}

minutes() { printf '%d.%d' $(($1 / 60)) $(($1 % 60 / 6)); }

# The sum line of ctest: "97% tests passed, 1 tests failed out of 33".
count_results() {  # log, result
  local line total bad
  line=$(grep -E 'tests passed, [0-9]+ tests failed out of [0-9]+' "$1" | tail -n 1 || true)
  if [ -n "$line" ]; then
    bad=$(echo "$line" | sed -E 's/.*passed, ([0-9]+) tests failed.*/\1/')
    total=$(echo "$line" | sed -E 's/.*out of ([0-9]+).*/\1/')
    passed=$((passed + total - bad))
    failed=$((failed + bad))
  elif [ "$2" = ok ]; then
    passed=$((passed + 1))
  fi
  if [ "$2" != ok ] && { [ -z "$line" ] || [ "$bad" = 0 ]; }; then
    failed=$((failed + 1))
  fi
}

# A build with a warning is a failed build, whoever warns: compiler, linker or cargo.
build_phase() {
  build "$@" || return
  if grep 'warning:' "$logs/build-$1.log"; then
    say "the build warns"
    return 1
  fi
}

# Runs the tests of a build whose label matches; a label without a single test is a failure.
labelled() {  # preset, label pattern, parallel jobs
  ctest --test-dir "build/$1" -L "$2" -j "$3" --output-on-failure --no-tests=error --timeout 1800
}

# Python packages of the tests (WebSocket client, schemathesis), pinned by hash.
python_packages() {
  local stamp=$venv/.installed-from
  if [ -f "$stamp" ] && cmp -s "$stamp" tests/requirements.txt; then return; fi
  rm -rf "$venv"
  /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install --disable-pip-version-check --require-hashes -r tests/requirements.txt
  cp tests/requirements.txt "$stamp"
}

# What is compiled by us under a sanitizer, with its tests.
sanitized() {  # preset
  phase "build-$1" build_phase "$1"
  phase "$1" labelled "$1" '^(unit|conformance)$' "$jobs"
}

print_table() {
  printf '\n'
  printf '%s\n' "${phase_table[@]}"
  printf '%-22s %6s min\n' total "$(minutes $SECONDS)"
  printf '%d passed, %d failed\n' "$passed" "$failed"
}

run_tests() {
  local full=0
  case ${1:-} in
    --full) full=1 ;;
    '') ;;
    *) fail "test does not know '$1'" "./tenon test --full" ;;
  esac
  export TENON_TEST_FULL=$full
  setup
  phase python-packages python_packages
  phase build-release build_phase release
  for label in unit conformance architecture simulation; do
    phase "$label" labelled release "^$label\$" "$jobs"
  done
  # Whole nodes under load and with deadlines: one test at a time.
  for label in integration crash cluster schemathesis; do
    phase "$label" labelled release "^$label\$" 1
  done
  sanitized asan
  phase build-fuzz build_phase fuzz fuzz_targets
  phase fuzz labelled fuzz '^fuzz$' "$jobs"
  if [ "$full" = 1 ]; then
    sanitized tsan
    phase build-clang build_phase clang
    phase clang-unit labelled clang '^(unit|conformance)$' "$jobs"
  fi
  print_table
  [ "$failed" = 0 ]
}
