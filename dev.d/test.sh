# shellcheck shell=bash
# ./dev test: everything built, everything run, and an honest count in the last line.

test_command() {
  local preset=release regex='' results web=yes status=0
  while (($# > 0)); do
    case "$1" in
      --asan | --tsan) preset=${1#--} ;;
      -R)
        (($# >= 2)) || die "-R needs a regular expression, as ctest takes it."
        regex=$2
        shift
        ;;
      *) die "test knows --asan, --tsan and -R REGEX, not '$1'." ;;
    esac
    shift
  done
  # The sanitizers and -R are about the C++ tests.
  if [[ $preset != release || -n $regex ]]; then web=no; fi

  ensure_packages build run test
  build_cpp "$preset" all
  build_web
  results=$ROOT/build/$preset/test-results
  rm -rf "$results"
  mkdir -p "$results/gtest"
  run_ctest "$preset" "$regex" "$results" || status=$?
  if [[ $web == yes ]]; then run_web_tests "$results" || status=$?; fi
  # The summary fails by itself for each failed test; status also holds a test program that crashed or was not found.
  node dev.d/test-summary.mjs "$results" || status=$?
  return "$status"
}

# run_ctest PRESET REGEX RESULTS: GoogleTest leaves one file for each test program in RESULTS/gtest, ctest its own in RESULTS.
run_ctest() {
  local preset=$1 regex=$2 results=$3
  local -a runner=() selection=()
  [[ -z $regex ]] || selection=(-R "$regex")
  # ThreadSanitizer of GCC 12 cannot map its shadow when addresses are randomised by more than 28 bits. Some containers forbid
  # to change that, and need none where the bits are few.
  if [[ $preset == tsan ]] && setarch "$(uname -m)" --addr-no-randomize true 2>/dev/null; then
    runner=(setarch "$(uname -m)" --addr-no-randomize)
  fi
  say "==> Run the C++ tests ($preset)"
  GTEST_OUTPUT="xml:$results/gtest/" \
    ASAN_OPTIONS="detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1" \
    UBSAN_OPTIONS="print_stacktrace=1" \
    TSAN_OPTIONS="suppressions=$ROOT/dev.d/tsan.supp:second_deadlock_stack=1" \
    "${runner[@]}" ctest --test-dir "build/$preset" --output-on-failure --no-tests=error \
    --parallel "$(nproc)" --output-junit "$results/ctest.xml" "${selection[@]}"
}

run_web_tests() {
  local results=$1
  say "==> Run the dashboard's tests"
  CI=true NO_COLOR=1 npm test --prefix web --silent -- --reporter=default --reporter=json --outputFile.json="$results/vitest.json"
}
