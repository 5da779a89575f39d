# shellcheck shell=bash
# ./dev fuzz: one target of tests/fuzz under libFuzzer and AddressSanitizer, over its corpus and beyond it.

readonly FUZZ_SECONDS=60              # a first look; an hour finds what minutes do not
readonly FUZZ_INPUT_BYTES_MAX=4096    # each file of the corpus is in the tree; no seed is longer but a dump of rules
readonly FUZZ_INPUT_SECONDS_MAX=10    # for one input: longer is a fault of the target

# fuzz_targets: their names, in one line.
fuzz_targets() { printf '%s\n' tests/fuzz/*_fuzz.cc | sed 's|.*/||; s|_fuzz\.cc$||' | tr '\n' ' '; }

fuzz_command() {
  local target=${1:-} seconds=${2:-$FUZZ_SECONDS} targets corpus found program log before
  targets=$(fuzz_targets)
  [[ -n $target && " $targets" == *" $target "* ]] || die "fuzz needs a target, one of: ${targets% }."
  if (($# > 2)) || [[ ! $seconds =~ ^[1-9][0-9]*$ ]]; then die "fuzz takes a target and a number of seconds, not '${*:2}'."; fi
  ensure_packages build fuzz
  build_cpp fuzz "${target}_fuzz"
  program=$ROOT/build/fuzz/bin/${target}_fuzz
  corpus=$ROOT/tests/fuzz/corpus/$target
  found=$ROOT/build/fuzz/found/$target
  log=$ROOT/build/logs/fuzz-$target.log
  mkdir -p "$corpus" "$found"
  # What is found goes to the first folder, and stays there for the next run; the corpus is only read.
  try_quietly "Fuzz $target for $seconds s" "$log" \
    "$program" -max_total_time="$seconds" -max_len="$FUZZ_INPUT_BYTES_MAX" -timeout="$FUZZ_INPUT_SECONDS_MAX" \
    -print_final_stats=1 -artifact_prefix="$found-" "$found" "$corpus" || {
    tail -n "$LOG_TAIL_LINES" "$log" >&2
    die "$target broke on an input: it is in build/fuzz/found/$target-*, why in ${log#"$ROOT"/}. Mend the code, and keep the input in tests/fuzz/corpus/$target."
  }
  before=$(find "$corpus" -type f | wc -l)
  # Only what reaches code that the corpus does not; not what runs a loop another number of times (-use_counters).
  quiet_step "Take into the corpus what reaches more code" "$ROOT/build/logs/fuzz-merge.log" \
    "$program" -set_cover_merge=1 -use_counters=0 "$corpus" "$found"
  say "tests/fuzz/corpus/$target: $before files, and $(($(find "$corpus" -type f | wc -l) - before)) new ones to commit"
}
