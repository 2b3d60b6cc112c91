import { createHash } from 'node:crypto';

/** The Debian release of every machine. */
const suite = 'bookworm';

/** What a machine has besides Debian's minimum. Components of Kubernetes are not among it: those are installed by hand. */
const packages: readonly string[] = [
  'ca-certificates',
  'conntrack',
  'curl',
  'dbus',
  'ipset',
  'iproute2',
  'iptables',
  'iputils-ping',
  'kmod',
  'nginx-light',
  'openssh-server',
  'procps',
  'socat',
  'sudo',
  'systemd',
  'systemd-sysv',
  'udev',
];

/** Programs without which a root file system is surely not whole. */
const sentinels: readonly string[] = [
  'lib/systemd/systemd',
  'usr/sbin/sshd',
  'usr/bin/curl',
  'usr/sbin/nginx',
  'usr/sbin/conntrack',
  'usr/bin/gzip',
  'usr/bin/tar',
];

/** Run inside a fresh root file system: identities are each machine's own, and packages' leftovers only cost space. */
const finish = [
  'rm -f /etc/ssh/ssh_host_* /etc/machine-id /var/lib/dbus/machine-id /etc/hostname /etc/resolv.conf',
  'touch /etc/machine-id /etc/resolv.conf',
  'systemctl disable --quiet nginx',
  'rm -rf /var/cache/apt/archives/*.deb /var/lib/apt/lists/*',
].join('\n');

/** How the root file system of every machine is made. */
export const rootfsRecipe = { suite, packages, sentinels, finish };

/** Names a root file system's making: another recipe has another name. */
export const rootfsRecipeHash = createHash('sha256').update(JSON.stringify(rootfsRecipe)).digest('hex').slice(0, 12);
