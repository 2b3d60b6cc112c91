import { createHash } from 'node:crypto';

/** The Debian release of all machines. */
const suite = 'bookworm';

/** Packages added to Debian's minimum. Kubernetes components are excluded: the cluster build installs them. */
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

/** Programs whose absence marks a root file system as incomplete. */
const sentinels: readonly string[] = [
  'lib/systemd/systemd',
  'usr/sbin/sshd',
  'usr/bin/curl',
  'usr/sbin/nginx',
  'usr/sbin/conntrack',
  'usr/bin/gzip',
  'usr/bin/tar',
];

/** Runs in a new root file system: removes identities, which must be unique to each machine, and package leftovers. */
const finish = [
  'rm -f /etc/ssh/ssh_host_* /etc/machine-id /var/lib/dbus/machine-id /etc/hostname /etc/resolv.conf',
  'touch /etc/machine-id /etc/resolv.conf',
  'systemctl disable --quiet nginx',
  'rm -rf /var/cache/apt/archives/*.deb /var/lib/apt/lists/*',
].join('\n');

/** The recipe for the root file system of all machines. */
export const rootfsRecipe = { suite, packages, sentinels, finish };

/** Hash of the recipe; names the root file system, so a changed recipe triggers a rebuild. */
export const rootfsRecipeHash = createHash('sha256').update(JSON.stringify(rootfsRecipe)).digest('hex').slice(0, 12);
