/** The transient unit that installs packages. */
const unit = 'kthw-apt-packages';
const script = `/run/${unit}.sh`;
/** cloud-init and unattended upgrades can hold the locks of apt for minutes after the first boot. */
const lockTimeoutSeconds = 600;

/** Script that exits with 0 if all packages are installed. `dpkg -s` also accepts unpacked and half-configured ones. */
export function renderPackageCheck(packages: readonly string[]): string {
  return packages.map((name) => `[ "$(dpkg-query -W -f '\${db:Status-Status}' ${name})" = installed ]`).join(' && ');
}

/**
 * Script that installs packages in a systemd unit and waits for its end. The installation continues when the SSH connection or
 * the bot ends: an interrupted dpkg makes every later installation fail. A repeated script waits for the running unit.
 */
export function renderPackageInstallation(packages: readonly string[]): string {
  // `DPkg::Lock::Timeout` does not apply to the lock of the package lists.
  const install = `export DEBIAN_FRONTEND=noninteractive
dpkg --configure -a
tries=$((${lockTimeoutSeconds} / 5))
until log=$(apt-get -q update 2>&1); do
  case "$log" in *"Could not get lock"*) ;; *) echo "$log"; exit 100;; esac
  tries=$((tries - 1)); [ $tries -gt 0 ] || { echo "$log"; exit 100; }
  sleep 5
done
install() { apt-get -q -y -o DPkg::Lock::Timeout=${lockTimeoutSeconds} install --no-install-recommends "$@"; }
# apt considers a half-installed package installed, and ends successfully without it.
half=$(dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' | sed -n 's/^half-installed //p')
[ -z "$half" ] || install --reinstall $half || exit
install ${packages.join(' ')}`;
  // A file, because systemd replaces variables in the arguments of a unit.
  return `state() { systemctl show -p ActiveState --value ${unit}; }
case "$(state)" in
  activating|active) ;;
  *) cat > ${script} <<'END'
${install}
END
    systemctl reset-failed ${unit} 2>/dev/null || true
    # Returns when the unit ends. Its result follows below.
    systemd-run -q --unit=${unit} --property=Type=oneshot bash ${script} 2>/dev/null || true;;
esac
while [ "$(state)" = activating ]; do sleep 0.5; done
[ "$(state)" != failed ] || { journalctl -q -o cat -n 20 -u ${unit}; exit 100; }`;
}
