# shellcheck shell=bash
# Node for the dashboard's toolchain: the one on PATH if it is new enough, else the one pinned in dev.d/node.

readonly NODE_MINIMUM=20.19.0
readonly NODE_HOME=$ROOT/build/tools/node

# Whether PATH has a Node of at least NODE_MINIMUM, and npm.
node_is_usable() {
  local version
  command -v npm >/dev/null || return 1
  version=$(node --version 2>/dev/null) || return 1
  printf '%s\n%s\n' "$NODE_MINIMUM" "${version#v}" | sort --check=quiet --version-sort
}

# ensure_node: puts a usable node and npm on PATH.
ensure_node() {
  local cpu
  if node_is_usable; then return; fi
  case "$(uname -m)" in
    x86_64) cpu=x64 ;;
    aarch64) cpu=arm64 ;;
    *) die "Node $NODE_MINIMUM or newer is needed, and none is pinned for $(uname -m): install Node 20 and put it on PATH." ;;
  esac
  # npm links its own program into .bin, but never one that is called node.
  PATH=$NODE_HOME/node_modules/node-linux-$cpu/bin:$NODE_HOME/node_modules/.bin:$PATH
  hash -r
  if cmp -s dev.d/node/package-lock.json "$NODE_HOME/installed-lock.json" && node_is_usable; then return; fi
  fetch_pinned_node
  hash -r
  node_is_usable ||
    die "Node $NODE_MINIMUM or newer is needed, this machine has $(node --version 2>/dev/null || echo none), and the pinned one does not run here: install Node 20 and put it on PATH."
}

fetch_pinned_node() {
  if ! command -v npm >/dev/null || ! command -v node >/dev/null; then ensure_packages web; fi
  say "PATH has no Node of $NODE_MINIMUM or newer with npm, as the dashboard's tools need: fetching the pinned one."
  rm -rf "$NODE_HOME"
  mkdir -p "$NODE_HOME"
  cp dev.d/node/package.json dev.d/node/package-lock.json dev.d/node/.npmrc "$NODE_HOME/"
  quiet_step "Install Node into build/tools/node" "$ROOT/build/logs/node.log" npm ci --prefix "$NODE_HOME" --ignore-scripts
  cp dev.d/node/package-lock.json "$NODE_HOME/installed-lock.json"
}
