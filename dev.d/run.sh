# shellcheck shell=bash
# ./dev run: the controller and an agent on this host, until Ctrl-C.

readonly CLAIM_SECONDS=2  # the children of a ./dev that was just killed are gone by then

readonly BERTHCTL_DEFAULT_SERVER=127.0.0.1:7600
listen=$BERTHCTL_DEFAULT_SERVER
web_listen=127.0.0.1:7680
data_dir=$ROOT/.run
bin_dir=$ROOT/build/release/bin
berthctl=
demo=no
enforce=no

read_run_flags() {
  while (($# > 0)); do
    case "$1" in
      --demo) demo=yes ;;
      --enforce) enforce=yes ;;
      --data-dir | --listen | --web-listen)
        (($# >= 2)) || die "$1 needs a value."
        case "$1" in
          --data-dir) data_dir=$(realpath -m -- "$2") ;;
          --listen) listen=$2 ;;
          --web-listen) web_listen=$2 ;;
        esac
        shift
        ;;
      *) die "run knows --demo, --enforce, --data-dir DIR, --listen HOST:PORT and --web-listen HOST:PORT, not '$1'." ;;
    esac
    shift
  done
  [[ $listen =~ :[0-9]+$ ]] || die "--listen is HOST:PORT, not '$listen'."
  [[ $web_listen =~ :[0-9]+$ ]] || die "--web-listen is HOST:PORT, not '$web_listen'."
  if ((EUID != 0)) && [[ $demo == yes ]]; then
    die "The demo makes a network namespace and lets the agent write in it, which needs root: sudo ./dev run --demo"
  fi
  if ((EUID != 0)) && [[ $enforce == yes ]]; then
    die "Writing sysctls needs root: sudo ./dev run --enforce"
  fi
}

# claim_data_dir: one ./dev run for one data directory. The lock is the kernel's, so a killed run leaves none.
claim_data_dir() {
  mkdir -p "$data_dir/logs" 2>/dev/null || true
  [[ -w $data_dir && -w $data_dir/logs ]] ||
    die "The data directory $data_dir cannot be written by $(id -un): choose another with --data-dir, or mend its owner."
  exec {data_dir_lock}>>"$data_dir/lock"
  flock --timeout "$CLAIM_SECONDS" "$data_dir_lock" ||
    die "$data_dir is in use by another ./dev run (pid $(<"$data_dir/lock")): stop that one, or choose another with --data-dir."
  printf '%s\n' $$ >"$data_dir/lock"
  log_dir=$data_dir/logs
}

require_free_port() {
  local flag=$1 endpoint=$2 holder
  holder=$(port_holder "${endpoint##*:}")
  [[ -z $holder ]] || die "$endpoint is taken by $holder: stop it, or choose another with $flag HOST:PORT."
}

start_controller() {
  start controller "$bin_dir/berthmaster-controller" --data-dir "$data_dir/controller" \
    --listen "$listen" --web-listen "$web_listen" --web-root "$ROOT/web/dist"
  if wait_until_listening controller "${listen##*:}" && wait_until_listening controller "${web_listen##*:}"; then return; fi
  if is_running controller; then
    die "The controller does not serve $listen and $web_listen after $SERVE_SECONDS s (log: $log_dir/controller.log)."
  fi
  local status=0
  wait "${process_ids[controller]}" || status=$?
  die_of controller "$status"
}

# die_of NAME STATUS: for a process that ended by itself.
die_of() {
  local name=$1 status=$2
  sleep 0.2 # its last line is on the way to the log
  die "The $name ended by itself (exit $status): $(last_line_of "$name")"
}

start_agent() {
  local profile=observe
  local -a scope=()
  if [[ $enforce == yes || $demo == yes ]]; then profile=enforce; fi
  if [[ $enforce == no && $demo == yes ]]; then scope=(--enforce-netns "$demo_netns"); fi
  start agent "$bin_dir/berthmaster-agent" --controller "$listen" --host-id "$(uname -n)" --state-dir "$data_dir/agent" \
    --profile "$profile" --sample-interval 1s --cpu-budget 10% --metrics-listen off "${scope[@]}"
}

explain_run() {
  say ""
  say "Dashboard   http://$web_listen"
  say "By command  $berthctl get pools"
  say "            $berthctl get incidents"
  say "Logs        ${log_dir#"$ROOT"/}/"
  if ((EUID != 0)); then
    say "No root     the agent sees this user's network namespace only, and not who owns its sockets: sudo ./dev run shows all"
  fi
  case "$demo$enforce" in
    nono) say "Changes     none: the agent only observes. --enforce lets it write what you approve, --demo shows the whole circle" ;;
    yesno) say "Changes     what you approve, in the demo's namespace only" ;;
    *) say "Changes     what you approve, in every network namespace of this host" ;;
  esac
  say "Ctrl-C stops everything."
  say ""
  if [[ $demo == yes ]]; then demo_explain; fi
}

# watch: until one of the processes ends by itself. Only the demo's load may; the rest goes on without it.
watch() {
  local name ended status
  while true; do
    status=0
    wait -n -p ended "${process_ids[@]}" || status=$?
    for name in "${!process_ids[@]}"; do
      [[ ${process_ids[$name]} == "${ended:-}" ]] || continue
      [[ $name == workload ]] || die_of "$name" "$status"
      say "The demo's load has ended ($(last_line_of workload)); ./dev run --demo starts a new one."
      unset "process_ids[$name]"
    done
  done
}

# finish: on every way out.
finish() {
  local status=$?
  trap '' INT TERM HUP
  stop_all
  if [[ -n $demo_netns ]]; then demo_remove "$demo_netns"; fi
  exit "$status"
}

# asked_to_stop: Ctrl-C, TERM or a closed terminal.
asked_to_stop() {
  say ""
  say "Stopping."
  exit 0
}

run_command() {
  local -a targets=(berthmaster-agent berthmaster-controller berthctl)
  read_run_flags "$@"
  claim_data_dir
  ensure_packages build run
  require_free_port --listen "$listen"
  require_free_port --web-listen "$web_listen"
  if [[ $demo == yes ]]; then targets+=(berthmaster-demo-workload); fi
  if [[ -n ${BERTHMASTER_BIN_DIR:-} ]]; then
    bin_dir=$BERTHMASTER_BIN_DIR
  else
    build_cpp release "${targets[@]}"
    build_web
  fi
  berthctl=${bin_dir#"$ROOT"/}/berthctl
  if [[ $listen != "$BERTHCTL_DEFAULT_SERVER" ]]; then berthctl+=" --server $listen"; fi

  trap finish EXIT
  trap asked_to_stop INT TERM HUP
  if ((EUID == 0)); then demo_sweep; fi
  if [[ $demo == yes ]]; then demo_create; fi
  start_controller
  start_agent
  if [[ $demo == yes ]]; then demo_start_load; fi
  explain_run
  watch
}
