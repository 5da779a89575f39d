# shellcheck shell=bash
# ./dev lint and ./dev fmt. Every check runs, whatever the one before it said; the end names those that failed.

# A file takes about 5 s of one processor. A change larger than this is checked without its tests, so that CI stays below ten
# minutes on two processors.
readonly TIDY_FILES_MAX=150

lint_failures=()

# check NAME COMMAND...
check() {
  local name=$1 began=$SECONDS
  shift
  say "==> $name"
  if "$@"; then
    say "    ok, $((SECONDS - began)) s"
  else
    say "    FAILED after $((SECONDS - began)) s"
    lint_failures+=("$name")
  fi
}

skip() {
  say "==> $1"
  say "    skipped: $2"
}

# files_like PATTERN...: the files of the tree that git knows or would know.
files_like() {
  local file
  git ls-files --cached --others --exclude-standard -- "$@" | LC_ALL=C sort -u | while read -r file; do
    [[ ! -f $file ]] || printf '%s\n' "$file"
  done
}

# lint_base: the commit from which changes are counted: where this branch left main, or the parent of a clean main.
lint_base() {
  local ref base
  for ref in origin/main main HEAD; do
    base=$(git merge-base HEAD "$ref" 2>/dev/null) || continue
    if [[ $base == "$(git rev-parse HEAD)" && -z $(git status --porcelain) ]]; then
      base=$(git rev-parse --verify --quiet 'HEAD~1^{commit}') || continue
    fi
    printf '%s\n' "$base"
    return 0
  done
  return 1
}

# translation_units all|changed BASE: the .cc files for clang-tidy. A changed header brings the files that include it.
translation_units() {
  local scope=$1 base=$2 changed header
  if [[ $scope == all ]]; then
    files_like '*.cc'
    return
  fi
  changed=$({
    git diff --name-only --diff-filter=d "$base" -- '*.cc' '*.h'
    git ls-files --others --exclude-standard -- '*.cc' '*.h'
  })
  {
    grep '\.cc$' <<<"$changed" || true
    { grep '\.h$' <<<"$changed" || true; } | while read -r header; do
      git grep --untracked -lF "#include \"$header\"" -- '*.cc' || true
    done
  } | LC_ALL=C sort -u
}

clang_format_check() { files_like '*.cc' '*.h' '*.bpf.c' | xargs -r clang-format --dry-run -Werror; }

# clang_tidy_check FILE...: one file at a time on every processor, a line for each when it is done.
clang_tidy_check() {
  local log=$ROOT/build/logs/clang-tidy.log
  : >"$log"
  # shellcheck disable=SC2016 # expanded by the inner shell
  printf '%s\0' "$@" | xargs -0 -P "$(nproc)" -n 1 bash -c '
    clang-tidy -p build/release --quiet --extra-arg=-Wno-unknown-warning-option "$1" 2>>"$0" || exit 1
    printf "    %s\n" "$1"' "$log" || {
    say "    what clang-tidy itself said: build/logs/clang-tidy.log"
    return 1
  }
}

# lint_cpp all|changed BASE
lint_cpp() {
  local asked=$1 scope=$1 base=$2 units known
  check "clang-format" clang_format_check
  if [[ -z $base ]] || ! git diff --quiet "$base" -- .clang-tidy; then scope=all; fi
  # clang-tidy reads how each file is compiled, and the headers that are generated from proto/.
  build_cpp release berthmaster_grpc
  known=$(sed -n "s|^ *\"file\": \"$ROOT/\(.*\)\",\{0,1\}\$|\1|p" build/release/compile_commands.json | LC_ALL=C sort -u)
  mapfile -t units < <(LC_ALL=C comm -12 <(translation_units "$scope" "$base") <(printf '%s\n' "$known"))
  if [[ $asked != all ]] && ((${#units[@]} > TIDY_FILES_MAX)); then
    mapfile -t units < <(printf '%s\n' "${units[@]}" | grep -v '^tests/')
    scope="$scope, without the tests, which --all checks too"
  fi
  if ((${#units[@]} == 0)); then
    skip "clang-tidy" "no .cc file changed since ${base:0:12}; --all checks every file"
  else
    check "clang-tidy ($scope: ${#units[@]} files)" clang_tidy_check "${units[@]}"
  fi
}

buf_lint_check() { (cd proto && "$ROOT/web/node_modules/.bin/buf" lint); }

# buf_breaking_check BASE: against the protocol as it stood at BASE, unpacked, which also works in a worktree or a shallow clone.
buf_breaking_check() {
  local base=$1 before status=0
  before=$(mktemp -d)
  git archive "$base" proto | tar -x -C "$before"
  (cd proto && "$ROOT/web/node_modules/.bin/buf" breaking --against "$before/proto") || status=$?
  rm -r "$before"
  return "$status"
}

lint_proto() {
  local base=$1
  check "buf lint" buf_lint_check
  if [[ -z $base ]]; then
    skip "buf breaking" "this clone has no earlier commit to compare with"
  elif [[ -z $(git ls-tree "$base" -- proto/) ]]; then
    skip "buf breaking" "there was no proto/ at $(git log -1 --format='%h (%s)' "$base")"
  else
    check "buf breaking against $(git log -1 --format='%h (%s)' "$base")" buf_breaking_check "$base"
  fi
}

shellcheck_check() {
  local -a scripts
  # What ./dev sources is checked in its context.
  mapfile -t scripts < <(files_like '*.sh' ':!dev.d/*')
  shellcheck --external-sources --check-sourced dev .ci/run "${scripts[@]}"
}

lint_command() {
  local scope=changed base
  [[ ${1:-} != --all ]] || {
    scope=all
    shift
  }
  (($# == 0)) || die "lint knows --all, not '$1'."
  ensure_packages build lint
  install_web
  base=$(lint_base) || base=
  check "shellcheck" shellcheck_check
  lint_proto "$base"
  check "Biome" npm run lint --prefix web --silent
  lint_cpp "$scope" "$base"
  ((${#lint_failures[@]} == 0)) || die "lint failed: ${lint_failures[*]}. ./dev fmt mends what a program can mend."
  say "lint: all well"
}

fmt_command() {
  (($# == 0)) || die "fmt takes no arguments."
  ensure_packages lint
  install_web
  step "clang-format" format_cpp
  quiet_step "Biome" "$ROOT/build/logs/biome.log" npm run format --prefix web
}

format_cpp() { files_like '*.cc' '*.h' '*.bpf.c' | xargs -r clang-format -i; }
