# shellcheck shell=bash
# The demo: a network namespace with few ports and a load that uses them up, again and again.

readonly DEMO_PREFIX=berthmaster-demo-
# Not 127/8: there tcp_tw_reuse=2 would let connect() take over TIME_WAIT, and nothing would run out.
readonly DEMO_SOURCE=10.77.0.1 DEMO_DESTINATION=10.77.0.2 DEMO_DESTINATION_PORT=8080
readonly DEMO_FIRST_PORT=32768 DEMO_LAST_PORT=33791  # 1024 ports
# 25 a second x 61 s of TIME_WAIT settle at 1525 ports. The 1024 are gone after 41 s: enough time to see it coming.
readonly DEMO_RATE=25
readonly DEMO_PAUSE_SECONDS=8     # the agent is attached and has seen the namespace at rest
readonly DEMO_SECONDS=86400       # a forgotten demo ends by itself

demo_netns=  # set while it exists

# demo_sweep: removes what a killed ./dev left. A namespace is left over when the process in its name is not a ./dev any more.
demo_sweep() {
  local path name
  for path in /run/netns/"$DEMO_PREFIX"*; do
    [[ -e $path ]] || continue
    name=${path##*/}
    if ! demo_owner_lives "${name#"$DEMO_PREFIX"}"; then
      say "Removing $name, left over from a ./dev that was killed."
      demo_remove "$name"
    fi
  done
}

demo_owner_lives() {
  [[ -r /proc/$1/cmdline ]] && tr '\0' ' ' <"/proc/$1/cmdline" | grep -qE '(^|[ /])dev (run|demo)'
}

# demo_remove NAME: ends what still runs in it, then deletes it.
demo_remove() {
  local name=$1 pid tenths
  for pid in $(ip netns pids "$name" 2>/dev/null); do kill -TERM "$pid" 2>/dev/null || true; done
  for ((tenths = 0; tenths < 30; tenths++)); do
    [[ -n $(ip netns pids "$name" 2>/dev/null) ]] || break
    sleep 0.1
  done
  for pid in $(ip netns pids "$name" 2>/dev/null); do kill -KILL "$pid" 2>/dev/null || true; done
  ip netns del "$name"
}

# demo_create: makes demo_netns. The range is written by a process that has first made sure where it is.
demo_create() {
  local name=$DEMO_PREFIX$$
  ip netns add "$name" || die "The demo needs a network namespace of its own, and this machine does not allow one: the reason stands above."
  demo_netns=$name
  ip -n "$name" link set lo up
  ip -n "$name" address add "$DEMO_SOURCE/32" dev lo
  ip -n "$name" address add "$DEMO_DESTINATION/32" dev lo
  # shellcheck disable=SC2016 # expanded by the shell inside the namespace
  ip netns exec "$name" sh -c '
    [ "$(stat -Lc %i "/proc/$$/ns/net")" = "$(stat -Lc %i "/run/netns/$1")" ] &&
      [ "$(stat -Lc %i "/proc/$$/ns/net")" != "$(stat -Lc %i "/proc/$4/ns/net")" ] &&
      echo "$2 $3" >/proc/sys/net/ipv4/ip_local_port_range' sh "$name" "$DEMO_FIRST_PORT" "$DEMO_LAST_PORT" "$$" ||
    die "Could not narrow the port range inside $name; nothing was written outside it."
}

demo_start_load() {
  start workload ip netns exec "$demo_netns" "$bin_dir/berthmaster-demo-workload" \
    --source "$DEMO_SOURCE" --destination "$DEMO_DESTINATION:$DEMO_DESTINATION_PORT" \
    --rate "$DEMO_RATE" --pause "$DEMO_PAUSE_SECONDS" --seconds "$DEMO_SECONDS"
}

demo_explain() {
  cat <<TEXT
The demo: $((DEMO_LAST_PORT - DEMO_FIRST_PORT + 1)) ports towards $DEMO_DESTINATION:$DEMO_DESTINATION_PORT in the namespace $demo_netns, $DEMO_RATE connections a second.
  from $DEMO_PAUSE_SECONDS s    the load starts; soon after, an incident says when it will run out and why
  from 50 s   connect() really fails, in turns of about 20 s of each minute
  you         approve the recommendation in the dashboard (or: $berthctl get recommendations -o name;
              $berthctl approve NAME --reason "demo"), see the failures end and the incident resolve
A new ./dev run --demo starts from the beginning, in a new namespace.
TEXT
}
