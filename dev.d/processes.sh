# shellcheck shell=bash
# The processes of ./dev run: started, watched and stopped, each by its own process id.

readonly SERVE_SECONDS=30  # a controller that checks a large database at start still serves within this
readonly STOP_SECONDS=10   # an agent says goodbye and a controller commits its last batch within this

log_dir=          # one NAME.log for each process
process_names=()  # in the order of their start
declare -A process_ids=()

# relay NAME: standard input to NAME's log and, with the name before each line, to the terminal. It lives as long as the
# process writes, so Ctrl-C must not end it.
relay() {
  trap '' INT TERM HUP
  tee "$log_dir/$1.log" | sed -u "s/^/$1 | /"
}

# start NAME COMMAND...: setpriv lets the kernel end the process if this shell is killed.
start() {
  local name=$1
  shift
  setpriv --pdeathsig TERM "$@" > >(relay "$name") 2>&1 </dev/null &
  process_ids[$name]=$!
  process_names+=("$name")
}

is_running() { kill -0 "${process_ids[$1]}" 2>/dev/null; }

last_line_of() {
  local line
  line=$(grep -v '^[[:space:]]*$' "$log_dir/$1.log" 2>/dev/null | tail -n 1)
  printf '%s' "${line:-it wrote nothing}"
}

# port_holder PORT: "name (pid N)" of the process that listens there; empty if nobody does.
port_holder() {
  local line pid
  line=$(ss -Hltnp "sport = :$1" | head -n 1)
  [[ -n $line ]] || return 0
  pid=$(sed -n 's/.*pid=\([0-9]*\).*/\1/p' <<<"$line")
  if [[ -n $pid ]]; then
    printf '%s (pid %s)' "$(ps -o comm= -p "$pid")" "$pid"
  else
    printf 'a process of another user'
  fi
}

# wait_until_listening NAME PORT: until the process listens; returns 1 if it ended or took too long.
wait_until_listening() {
  local name=$1 port=$2 deadline=$((SECONDS + SERVE_SECONDS))
  while is_running "$name" && ((SECONDS < deadline)); do
    [[ -z $(ss -Hltn "sport = :$port") ]] || return 0
    sleep 0.1
  done
  return 1
}

# stop NAME: TERM, a bounded wait, then KILL.
stop() {
  local name=$1 pid=${process_ids[$1]:-} tenths
  if [[ -z $pid ]] || ! kill -TERM "$pid" 2>/dev/null; then return; fi
  for ((tenths = 0; tenths < STOP_SECONDS * 10; tenths++)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  say "$name did not end within $STOP_SECONDS s of being asked: killing it (pid $pid)."
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

# stop_all: the last started first, so that the agent can say goodbye to the controller.
stop_all() {
  local i
  for ((i = ${#process_names[@]} - 1; i >= 0; i--)); do stop "${process_names[i]}"; done
  process_names=()
  sleep 0.1 # their last lines are on the way through the relays
}
