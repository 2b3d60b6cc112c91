import { dirname } from 'node:path/posix';
import type { Cluster, Machine } from '../cluster/cluster.ts';
import { type Download, downloads as everyDownload, mirrored } from '../cluster/component-downloads.ts';
import { fetching } from '../manual/download-commands.ts';
import { machineStep } from '../steps/host-step.ts';
import { KthwError } from '../workflow/errors.ts';
import { definePhase, type Rendering } from '../workflow/step.ts';

/** Fetches each machine's components, checked against the checksums that upstream publishes. Tutorial, chapters 7 to 9. */
export const downloads = definePhase({
  name: 'downloads',
  title: 'Component downloads',
  chapter: 7,
  after: ['host-keys'],
  steps: (cluster) =>
    cluster.machines.flatMap((machine) => [
      machineStep({
        key: `downloads/${machine.name}`,
        title: `components of ${machine.name} (${downloadsFor(cluster, machine)
          .map((d) => d.name)
          .join(', ')})`,
        machine,
        after: [`host-keys/${machine.name}`],
        check: () => downloadsFor(cluster, machine).map(isThere).join(' && '),
        undo: 'rm -rf /var/lib/kthw/have',
        make: (c) => fetchAll(c, downloadsFor(cluster, machine)),
        byHand: ({ mirror }) => ({
          make: downloadsFor(cluster, machine)
            .map((d) => fetching(d, mirror))
            .join('\n'),
        }),
        means: ({ exitCode, stderr }) => {
          const url = stderr.match(/^bad (\S+)$/m)?.[1] ?? 'the mirror';
          if (exitCode === badChecksum) return new KthwError('checksum', { host: machine.name, url });
          const doing = `components of ${machine.name}`;
          return exitCode === cannotWrite ? new KthwError('disk-full', { host: machine.name, doing }) : undefined;
        },
        deadlineMs: 900_000,
      }),
      machineStep({
        key: `packages/${machine.name}`,
        title: `packages of ${machine.name} (${packages[machine.role].join(', ')})`,
        machine,
        after: [`host-keys/${machine.name}`],
        check: () => packages[machine.role].map((name) => `dpkg -s ${name}`).join(' && '),
        make: () => `export DEBIAN_FRONTEND=noninteractive
apt-get -q -o DPkg::Lock::Timeout=120 update && apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends ${packages[machine.role].join(' ')}`,
        deadlineMs: 600_000,
      }),
    ]),
});

/** The tutorial's: nginx answers health checks, the others serve kubectl's port-forward and kube-proxy. */
const packages = { controller: ['nginx-light'], worker: ['socat', 'conntrack', 'ipset'] } as const;

const badChecksum = 65;
/** curl's own: https://curl.se/libcurl/c/libcurl-errors.html */
const cannotWrite = 23;

function downloadsFor(cluster: Cluster, machine: Machine): readonly Download[] {
  return everyDownload(cluster.release).filter(({ on }) => on === `${machine.role}s`);
}

/** What was put in place last is noted by its upstream URL, which names the version. */
function isThere({ name, url, install }: Download): string {
  const noted = `[ "$(cat /var/lib/kthw/have/${name})" = '${url}' ]`;
  return install.as === 'program' ? `${noted} && [ -x ${install.path} ]` : noted;
}

/** All side by side; each is unpacked only once its checksum is right. */
function fetchAll({ mirror }: Rendering, wanted: readonly Download[]): string {
  const one = (d: Download) => `(
  isthere() { ${isThere(d)}; }
  if isthere 2>/dev/null; then exit 0; fi
  part=$(mktemp /var/lib/kthw/part.XXXXXX); trap 'rm -f "$part"' EXIT
  fetch -o "$part" '${mirrored(d.url, mirror)}' & got=$!
  sum=$(fetch '${mirrored(d.checksumUrl, mirror)}' | ${d.checksum === 'plain' ? "awk 'NR==1{print $1}'" : `awk -v f='${fileOf(d.url)}' '$2==f||$2=="*"f{print $1; exit}'`})
  wait $got
  [ "$(digest "$part")" = "$sum" ] || { echo 'bad ${mirrored(d.url, mirror)}' >&2; exit ${badChecksum}; }
  ${putInPlace(d)}
  echo '${d.url}' > /var/lib/kthw/have/${d.name}
) & jobs="$jobs $!"`;
  return `mkdir -p /var/lib/kthw/have
fetch() { curl -fsSL --connect-timeout 10 --retry 4 --retry-connrefused --speed-limit 1024 --speed-time 60 "$@"; }
# openssl uses the processor's own instructions for it, and takes a fifth of the time.
digest() { if command -v openssl >/dev/null; then openssl dgst -sha256 -r "$1"; else sha256sum "$1"; fi | cut -d' ' -f1; }
jobs=''
${wanted.map(one).join('\n')}
code=0
for job in $jobs; do wait $job || code=$?; done
exit $code`;
}

function putInPlace({ install }: Download): string {
  switch (install.as) {
    case 'program':
      return `mkdir -p ${dirname(install.path)} && chmod 0755 "$part" && mv "$part" ${install.path}`;
    case 'archive': {
      const only = (install.only ?? []).join(' ');
      return `mkdir -p ${install.folder} && tar -xzf "$part" -C ${install.folder} --no-same-owner --strip-components=${install.strip} ${only}`;
    }
    default:
      return install satisfies never;
  }
}

function fileOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
