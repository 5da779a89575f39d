# shellcheck shell=bash
# What ./dev says, and how: plain lines, one for each step, with the time it took.

readonly HEARTBEAT_SECONDS=15  # a silent step says at this interval that it is still at work
readonly LOG_TAIL_LINES=25     # of a failed step's log

say() { printf '%s\n' "$*"; }

# die SENTENCE: the reason and the remedy, on stderr.
die() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

# step TEXT COMMAND...: shows the command's own output.
step() {
  local text=$1 began=$SECONDS status=0
  shift
  say "==> $text"
  "$@" || status=$?
  ((status == 0)) || die "$text: failed after $((SECONDS - began)) s; the reason stands above."
  say "    done in $((SECONDS - began)) s"
}

# try_quietly TEXT LOG COMMAND...: for commands whose output only matters when they fail. Returns the command's status.
try_quietly() {
  local text=$1 log=$2 began=$SECONDS status=0 heartbeat
  shift 2
  mkdir -p "$(dirname "$log")"
  say "==> $text"
  (
    while sleep "$HEARTBEAT_SECONDS" >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
      say "    still at work after $((SECONDS - began)) s (log: ${log#"$ROOT"/})"
    done
  ) &
  heartbeat=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$heartbeat" 2>/dev/null || true
  wait "$heartbeat" 2>/dev/null || true
  ((status != 0)) || say "    done in $((SECONDS - began)) s"
  return "$status"
}

# quiet_step TEXT LOG COMMAND...: try_quietly, and a failure ends everything with the end of the log.
quiet_step() {
  local text=$1 log=$2
  try_quietly "$@" && return
  tail -n "$LOG_TAIL_LINES" "$log" >&2
  is_network_failure "$log" && die "$text: failed, no network. Connect this machine or set its proxy, then run the same command again."
  die "$text: failed; the end of its log stands above, the whole in ${log#"$ROOT"/}."
}

# is_network_failure LOG: whether apt-get or npm failed because nothing could be reached.
is_network_failure() {
  grep -qE 'Temporary failure (in name resolution|resolving)|Could not resolve|Could not connect|Unable to connect|Network is unreachable|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET' "$1"
}
