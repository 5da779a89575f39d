# shellcheck shell=bash
# What comes from Debian: installed only when it is missing.

readonly PACKAGE_LIST=$ROOT/dev.d/apt-packages.txt
readonly APT_LOCK_SECONDS=120  # how long to wait for another apt-get

# missing_packages GROUP...: the packages of these groups that are not installed, in one line.
missing_packages() {
  local -a wanted
  mapfile -t wanted < <(awk -v groups=" $* " '/^[a-z]/ && index(groups, " " $1 " ") { print $2 }' "$PACKAGE_LIST" | sort -u)
  { dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true; } |
    awk -v wanted="${wanted[*]}" '
      $1 == "installed" { have[$2] = 1 }
      END { n = split(wanted, names, " "); for (i = 1; i <= n; i++) if (!(names[i] in have)) printf "%s ", names[i] }'
}

# ensure_packages GROUP...: installs what is missing. Costs milliseconds when nothing is.
ensure_packages() {
  local missing
  command -v dpkg-query >/dev/null ||
    die "This machine has no dpkg: ./dev installs on Debian 12. Elsewhere, install what dev.d/apt-packages.txt names and use cmake --preset release."
  missing=$(missing_packages "$@")
  missing=${missing% }
  [[ -n $missing ]] || return 0
  install_packages "$missing"
}

install_packages() {
  local missing=$1 log=$ROOT/build/logs/apt.log
  local -a as_root=() names
  read -ra names <<<"$missing"
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      die "Packages are missing and there is neither root nor sudo to install them. As root: apt-get install --no-install-recommends $missing"
    as_root=(sudo)
    if [[ ${CI:-} == true || ! -t 0 ]]; then as_root=(sudo -n); fi
    "${as_root[@]}" true 2>/dev/null ||
      die "Packages are missing and sudo refuses. As root: apt-get install --no-install-recommends $missing"
  fi
  say "Missing on this machine: $missing"
  # A mirror that fails here fails again, with its reason, in the next line if a package is really needed from it.
  try_quietly "Read the package lists" "$log" "${as_root[@]}" apt-get update -q || true
  is_network_failure "$log" && die_without_network "$missing"
  try_quietly "Install ${#names[@]} packages with what they need" "$log" \
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o "DPkg::Lock::Timeout=$APT_LOCK_SECONDS" "${names[@]}" && return
  is_network_failure "$log" && die_without_network "$missing"
  die "apt-get could not install $missing: $(grep -m 1 '^E:' "$log" || tail -n 1 "$log") (log: build/logs/apt.log)"
}

die_without_network() {
  die "No network: apt-get cannot reach its mirror, and these packages are missing: $1. Connect this machine or set apt's proxy, then run the same command again."
}
