import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../host/run-command.ts';

const sourceFolder = import.meta.dirname;

/** systemd units that machines do not need. They slow down the boot or would change the host's kernel. */
const maskedUnits = [
  'apt-daily-upgrade.timer',
  'apt-daily.timer',
  'console-getty.service',
  'dev-hugepages.mount',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
  'getty.target',
  'ldconfig.service',
  'modprobe@configfs.service',
  'modprobe@dm_mod.service',
  'modprobe@drm.service',
  'modprobe@efi_pstore.service',
  'modprobe@fuse.service',
  'modprobe@loop.service',
  'sys-fs-fuse-connections.mount',
  'sys-kernel-config.mount',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
  'systemd-binfmt.service',
  'systemd-firstboot.service',
  'systemd-hwdb-update.service',
  'systemd-journal-catalog-update.service',
  'systemd-modules-load.service',
  'systemd-networkd-wait-online.service',
  'systemd-pstore.service',
  'systemd-remount-fs.service',
  'systemd-sysctl.service',
  'systemd-sysusers.service',
  'systemd-timesyncd.service',
  'systemd-udev-trigger.service',
  'systemd-udevd-control.socket',
  'systemd-udevd-kernel.socket',
  'systemd-udevd.service',
  'systemd-update-done.service',
  'systemd-update-utmp-runlevel.service',
  'systemd-update-utmp.service',
];

/** Our systemd units, each with its target. */
const units = {
  'guest-mounts.service': 'sysinit.target',
  'guest-setup.service': 'multi-user.target',
  'guest-agent.service': 'multi-user.target',
} as const;

/**
 * Configuration files that differ from Debian's, by path. No server listens at the name server's address, so lookups
 * fail immediately. Machine names are in /etc/hosts; CoreDNS requires some name server to be configured.
 */
const configurationFiles = {
  'etc/resolv.conf': ['nameserver 169.254.169.254', 'options timeout:1 attempts:1'],
  'etc/ssh/sshd_config.d/10-guest.conf': [
    'HostKey /etc/ssh/ssh_host_ed25519_key',
    'HostKey /etc/ssh/ssh_host_ecdsa_key',
    'PermitRootLogin no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'MaxStartups 100',
    'MaxSessions 100',
  ],
  'etc/sudoers.d/google_sudoers': ['%google-sudoers ALL=(ALL:ALL) NOPASSWD:ALL'],
  'etc/systemd/journald.conf.d/guest.conf': [
    '[Journal]',
    'Storage=persistent',
    'SystemMaxUse=64M',
    'ReadKMsg=no',
    'Audit=no',
  ],
  'etc/systemd/system.conf.d/guest.conf': ['[Manager]', 'DefaultTimeoutStopSec=10s'],
} as const satisfies Record<string, readonly string[]>;

/**
 * Writes the overlay directory with the guest agent, its units and configuration. Rewritten at each start, so a change
 * does not require rebuilding the root file system.
 */
export async function writeGuestLayer(folder: string): Promise<void> {
  const system = join(folder, 'etc/systemd/system');
  await mkdir(system, { recursive: true });
  for (const unit of maskedUnits) await symlink('/dev/null', join(system, unit));
  for (const [unit, target] of Object.entries(units)) {
    await mkdir(join(system, `${target}.wants`), { recursive: true });
    await copyFile(join(sourceFolder, unit), join(system, unit));
    await symlink(`/etc/systemd/system/${unit}`, join(system, `${target}.wants`, unit));
  }
  // Activated over D-Bus on demand (by a reboot, for example), not at boot.
  await symlink('/dev/null', join(system, 'multi-user.target.wants/systemd-logind.service'));
  for (const [path, lines] of Object.entries(configurationFiles)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), `${lines.join('\n')}\n`);
    await chmod(join(folder, path), path.includes('sudoers') ? 0o440 : 0o644);
  }
  const agent = join(folder, 'usr/lib/kthw/agent');
  await mkdir(dirname(agent), { recursive: true });
  await copyFile(join(sourceFolder, 'agent.sh'), agent);
  await chmod(agent, 0o755);
  // The top layer sets the mode of the merged directory, so override this process's umask.
  await runCommand('find', [folder, '-type', 'd', '-exec', 'chmod', '755', '{}', '+']);
}
