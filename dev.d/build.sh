# shellcheck shell=bash
# Building: C++ with CMake and Ninja, the dashboard with npm. Each part is skipped when nothing of it changed.

readonly PRESETS="release dev asan tsan fuzz"
readonly BINARIES="berthmaster-agent berthmaster-controller berthctl"

# The same file compiled in another checkout or folder is the same: ccache then needs no absolute path.
export CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=1

# configure PRESET: writes build/PRESET/build.ninja unless it is there and the presets did not change.
configure() {
  local preset=$1
  [[ " $PRESETS " == *" $preset "* ]] || die "There is no preset '$preset': use one of $PRESETS."
  if [[ -f build/$preset/build.ninja && ! CMakePresets.json -nt build/$preset/build.ninja ]]; then return; fi
  quiet_step "Configure $preset" "$ROOT/build/logs/configure-$preset.log" cmake --preset "$preset"
}

# build_cpp PRESET TARGET...
build_cpp() {
  local preset=$1
  shift
  configure "$preset"
  step "Build C++ ($preset: $*)" cmake --build "build/$preset" --parallel "$(nproc)" --target "$@"
}

# hash_of PATH...: one hash over the names and contents of all files below these paths that are written by hand.
hash_of() {
  find "$@" \( -name node_modules -o -path web/dist -o -path web/src/gen \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

# install_web: what web/package-lock.json pins, only when it or Node changed. Not by npm ci: that one refuses a lock file without
# the packages of other operating systems, and the registry behind a mirror may not have them.
install_web() {
  local stamp=web/node_modules/.berthmaster-installed wanted
  ensure_node
  wanted="$(hash_of web/package.json web/package-lock.json) $(node --version)"
  if [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; then return; fi
  quiet_step "Install the dashboard's packages" "$ROOT/build/logs/npm-install.log" npm install --no-save --prefix web
  printf '%s\n' "$wanted" >"$stamp"
}

# build_web: web/dist, only when a source of the dashboard or the protocol changed.
build_web() {
  local stamp=build/web-built wanted
  install_web
  wanted=$(hash_of web proto)
  if [[ -f web/dist/index.html && -f $stamp && $(<"$stamp") == "$wanted" ]]; then return; fi
  quiet_step "Build the dashboard" "$ROOT/build/logs/npm-build.log" npm run build --prefix web
  mkdir -p build
  printf '%s\n' "$wanted" >"$stamp"
}

build_command() {
  local preset=${1:-release}
  (($# <= 1)) || die "build takes one preset: $PRESETS."
  ensure_packages build
  # shellcheck disable=SC2086 # a list of words
  build_cpp "$preset" $BINARIES
  build_web
  say "Built: build/$preset/bin/{${BINARIES// /,}} and web/dist"
}

# bench_command: every benchmark, also after one whose figures miss a bar.
bench_command() {
  local bench found='' missed=''
  (($# == 0)) || die "bench takes no arguments."
  ensure_packages build run
  build_cpp release tests/bench/all
  fetch_node_exporter
  export BERTHMASTER_BIN_DIR=$ROOT/build/release/bin BERTHMASTER_NODE_EXPORTER=$ROOT/build/node-exporter/usr/bin/prometheus-node-exporter
  for bench in build/release/tests/*_bench; do
    [[ -x $bench ]] || continue
    found=yes
    say "==> $(basename "$bench")"
    "$bench" || missed+=" $(basename "$bench")"
  done
  [[ -n $found ]] || die "There is no benchmark: tests/bench builds no *_bench."
  [[ -z $missed ]] || die "These missed a bar or could not run:$missed. Their figures need a quiet machine, and some need root."
}

# fetch_node_exporter: Debian's package, unpacked below build/ and not installed, since installing it starts a service. Without it
# the bench leaves that comparison out.
fetch_node_exporter() {
  local dir=$ROOT/build/node-exporter
  [[ ! -x $dir/usr/bin/prometheus-node-exporter ]] || return 0
  mkdir -p "$dir"
  try_quietly "Fetch what the agent is compared with (prometheus-node-exporter)" "$ROOT/build/logs/node-exporter.log" \
    unpack_node_exporter "$dir" || say "    not there (log: build/logs/node-exporter.log); the bench goes on without it"
}

unpack_node_exporter() {
  (cd "$1" && apt-get download prometheus-node-exporter && dpkg -x prometheus-node-exporter_*.deb .)
}

clean_command() {
  (($# == 0)) || die "clean takes no arguments."
  rm -rf build web/dist web/src/gen web/node_modules
  say "Removed build/, web/dist, web/src/gen and web/node_modules. The history in .run/ stays: rm -r .run removes it."
}
