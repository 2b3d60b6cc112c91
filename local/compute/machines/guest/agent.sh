#!/bin/sh
# Applies metadata to the guest: accounts, SSH keys, host name. "setup" runs once before sshd; "watch" runs until
# stopped.
set -u
state=/var/lib/kthw-guest
server=http://169.254.169.254/computeMetadata/v1
mkdir -p "$state"

# Waits until the metadata differs from the given etag (0: returns at once) and prints it as "PATH VALUE" lines. Uses
# one request, because each request costs more than processing the response.
changed() {
  curl -sf --connect-timeout 2 --max-time 90 -o "$state/metadata" -D "$state/headers" -H 'Metadata-Flavor: Google' \
    "$server/?recursive=true&alt=text&wait_for_change=true&timeout_sec=60&last_etag=$1" || return 1
  tr -d '\r' <"$state/headers" | sed -n 's/^[Ee][Tt][Aa][Gg]: *//p' >"$state/etag"
}

# Prints a value from the last read; it may be empty or have several lines.
get() {
  awk -v path="$1" '/^(instance|project)\// { on = index($0, path " ") == 1; if (on) $0 = substr($0, length(path) + 2) } on' \
    "$state/metadata"
}

enabled() {
  switch=$(get "instance/attributes/$1")
  [ -n "$switch" ] || switch=$(get "project/attributes/$1")
  case $switch in TRUE | true | True | 1 | Y | yes) return 0 ;; *) return 1 ;; esac
}

host_name() {
  full=$(get instance/hostname)
  short=${full%%.*}
  [ -n "$short" ] || return 0
  [ "$(cat /etc/hostname 2>/dev/null)" = "$short" ] || echo "$short" >/etc/hostname
  [ "$(hostname)" = "$short" ] || hostname "$short"
}

host_keys() {
  for type in ed25519 ecdsa; do
    file=/etc/ssh/ssh_host_${type}_key
    [ -s "$file" ] || ssh-keygen -q -t "$type" -N '' -f "$file"
  done
}

publish_host_keys() {
  [ ! -e "$state/published" ] && enabled enable-guest-attributes || return 0
  for file in /etc/ssh/ssh_host_*_key.pub; do
    read -r type key _ <"$file"
    curl -sf --max-time 10 -X PUT -H 'Metadata-Flavor: Google' --data-raw "$key" \
      "$server/instance/guest-attributes/hostkeys/$type" || return 1
  done
  touch "$state/published"
}

# Lines are USER:KEY. A user without keys keeps the account but can no longer log in.
accounts() {
  keys=$(get instance/attributes/ssh-keys)
  if ! enabled block-project-ssh-keys; then
    keys=$(printf '%s\n%s' "$keys" "$(get project/attributes/ssh-keys)")
  fi
  rm -rf "$state/desired"
  mkdir -p "$state/desired" "$state/users"
  printf '%s\n' "$keys" | while IFS= read -r line; do
    user=${line%%:*}
    case $line in *:*) ;; *) continue ;; esac
    case $user in root | '' | -* | *[!a-z0-9_-]*) continue ;; esac
    printf '%s\n' "${line#*:}" >>"$state/desired/$user"
  done
  for file in "$state"/users/*; do
    user=${file##*/}
    [ "$user" = '*' ] || [ -e "$state/desired/$user" ] || : >"$state/desired/$user"
  done
  for file in "$state"/desired/*; do
    user=${file##*/}
    [ "$user" = '*' ] || account "$user" "$file"
  done
}

account() {
  id "$1" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash --groups google-sudoers "$1" || return 1
  touch "$state/users/$1"
  home=$(getent passwd "$1" | cut -d: -f6)
  cmp -s "$2" "$home/.ssh/authorized_keys" && return 0
  install -d -m 700 -o "$1" -g "$1" "$home/.ssh"
  install -m 600 -o "$1" -g "$1" "$2" "$home/.ssh/authorized_keys"
}

startup_script() {
  script=$(get instance/attributes/startup-script)
  [ -n "$script" ] || script=$(get project/attributes/startup-script)
  [ -n "$script" ] || return 0
  printf '%s\n' "$script" >"$state/startup-script"
  chmod 700 "$state/startup-script"
  "$state/startup-script"
  echo "startup-script: exit code $?"
}

everything() {
  host_name
  accounts
  publish_host_keys
}

case ${1-} in
setup)
  getent group google-sudoers >/dev/null || groupadd --system google-sudoers
  host_keys
  # "watch" handles later changes. It also handles everything if the server did not respond here.
  if changed 0; then everything; else rm -f "$state/etag"; fi
  ;;
watch)
  startup_script &
  while :; do
    etag=$(cat "$state/etag" 2>/dev/null)
    # Returns at the next change, or after 60 s.
    if changed "${etag:-0}"; then
      [ "$(cat "$state/etag")" = "$etag" ] || everything
    else
      sleep 2
    fi
  done
  ;;
*)
  echo "usage: $0 setup|watch" >&2
  exit 2
  ;;
esac
