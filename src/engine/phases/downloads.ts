import { dirname } from 'node:path/posix';
import type { Cluster, Instance } from '../cluster/cluster.ts';
import {
  type ComponentDownload,
  listComponentDownloads as everyDownload,
  formatProtocolOptions,
  toMirrorUrl,
} from '../cluster/component-downloads.ts';
import { createDownloadError, type DownloadFailure, downloadReasons } from '../cluster/create-download-error.ts';
import { renderDownloadCommands } from '../manual/download-commands.ts';
import { renderPackageCheck, renderPackageInstallation } from '../render/package-installation.ts';
import { isDiskFull } from '../ssh/receive-files.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { hostStep } from '../steps/host-step.ts';
import type { RenderContext } from '../steps/step-context.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';
import { verifiedHostKey } from './ssh-host-keys.ts';

export const downloadedComponents = instanceStepHandle('downloads');
export const aptPackagesInstalled = instanceStepHandle('downloads/packages');

/** Downloads each instance's components and verifies their digests. Tutorial, chapters 7 to 9. */
export const downloads = definePhase({
  name: 'downloads',
  title: 'Component downloads',
  chapter: 7,
  steps: (cluster) =>
    cluster.instances.flatMap((instance) => [
      hostStep({
        handle: downloadedComponents.on(instance),
        title: `components on ${instance.name} (${listHostDownloads(cluster, instance)
          .map((d) => d.name)
          .join(', ')})`,
        instance,
        dependsOn: [verifiedHostKey.on(instance)],
        checkScript: () => listHostDownloads(cluster, instance).map(renderInstalledCheck).join(' && '),
        removeScript: 'rm -rf /var/lib/kthw/have',
        applyScript: (c) => renderFetchScript(c, listHostDownloads(cluster, instance)),
        manualScripts: ({ mirror, digests }) => ({
          applyScript: listHostDownloads(cluster, instance)
            .map((d) => renderDownloadCommands(d, mirror, digests(d.url)))
            .join('\n'),
        }),
        errorForExitCode: (result) => {
          const failures = isDiskFull(result) ? [] : parseDownloadFailures(result.stderr);
          return failures.length > 0 ? createDownloadError(cluster.version, failures, instance.name) : undefined;
        },
        deadlineMs: 900_000,
      }),
      hostStep({
        handle: aptPackagesInstalled.on(instance),
        title: `apt packages on ${instance.name} (${aptPackages[instance.role].join(', ')})`,
        instance,
        dependsOn: [verifiedHostKey.on(instance)],
        checkScript: () => renderPackageCheck(aptPackages[instance.role]),
        applyScript: () => renderPackageInstallation(aptPackages[instance.role]),
        manualScripts: () => ({
          checkScript: `dpkg-query -W ${aptPackages[instance.role].join(' ')}`,
          applyScript: `apt-get update && apt-get -y install --no-install-recommends ${aptPackages[instance.role].join(' ')}`,
        }),
        deadlineMs: 900_000,
      }),
    ]),
});

/** Tutorial, chapters 8 and 9: nginx responds to health checks; kube-proxy and `kubectl port-forward` need the others. */
const aptPackages = { controller: ['nginx-light'], worker: ['socat', 'conntrack', 'ipset'] } as const;

/** EX_UNAVAILABLE of sysexits.h. */
const downloadFailedExitCode = 69;
/** https://curl.se/libcurl/c/libcurl-errors.html */
const curlWriteErrorExitCode = 23;

function listHostDownloads(cluster: Cluster, instance: Instance): readonly ComponentDownload[] {
  return everyDownload(cluster.release).filter(({ instanceRole }) => instanceRole === `${instance.role}s`);
}

/** Compares the recorded upstream URL, which contains the version. */
function renderInstalledCheck({ name, url, install }: ComponentDownload): string {
  const versionCheck = `[ "$(cat /var/lib/kthw/have/${name})" = '${url}' ]`;
  return install.kind === 'program' ? `${versionCheck} && [ -x ${install.path} ]` : versionCheck;
}

/**
 * Downloads in parallel. A file is installed only after its digest matches: that of the table or of the operator, or without
 * a mirror the one that its project publishes. A mirror that could replace both is not trusted. Prints one line on stderr for each failed
 * file: `download failed: URL: REASON`.
 */
function renderFetchScript({ mirror, digests }: RenderContext, components: readonly ComponentDownload[]): string {
  const renderDownload = (d: ComponentDownload) => `(
  isthere() { ${renderInstalledCheck(d)}; }
  if isthere 2>/dev/null; then exit 0; fi
  part=$(mktemp /var/lib/kthw/part.XXXXXX); sums=$(mktemp /var/lib/kthw/part.XXXXXX); trap 'rm -f "$part" "$sums"' EXIT
${renderTransfer(d, mirror, digests(d.url))}
  [ -n "$sum" ] && [ "$(digest "$part")" = "$sum" ] || { fail '${toMirrorUrl(d.url, mirror)}' '${downloadReasons.checksum}'; exit ${downloadFailedExitCode}; }
  ${renderInstallCommand(d)}
  echo '${d.url}' > /var/lib/kthw/have/${d.name}
) & jobs="$jobs $!"`;
  return `mkdir -p /var/lib/kthw/have
fail() { echo "download failed: $1: $2" >&2; return 1; }
# Keeps curl's messages, which interleave, and reports the HTTP status or the last message.
fetch() {
  local log code=0 status reason
  log=$(curl -fsSL ${formatProtocolOptions(mirror)} --connect-timeout 10 --retry 4 --retry-connrefused --speed-limit 1024 --speed-time 60 \\
    -w '\\n%{http_code}' -o "$2" "$1" 2>&1) || code=$?
  status=\${log##*$'\\n'} reason=\${log##*curl: (}
  reason=\${reason#*) }
  case "$code $status" in
    '0 '*) return 0;;
    '${curlWriteErrorExitCode} '*) fail "$1" '${downloadReasons.diskFull}';;
    *' '[45]??) fail "$1" "HTTP $status";;
    *) fail "$1" "\${reason%%$'\\n'*}";;
  esac
}
# openssl uses SHA instructions of the CPU and takes a fifth of the time.
digest() { if command -v openssl >/dev/null; then openssl dgst -sha256 -r "$1"; else sha256sum "$1"; fi | cut -d' ' -f1; }
jobs=''
${components.map(renderDownload).join('\n')}
code=0
for job in $jobs; do wait $job || code=$?; done
exit $code`;
}

/** Downloads to `$part` and sets `$sum` to the expected digest. */
function renderTransfer(d: ComponentDownload, mirror: string | undefined, digest: string | undefined): string {
  const url = toMirrorUrl(d.url, mirror);
  if (digest !== undefined) return `  sum=${digest}; fetch '${url}' "$part" || exit ${downloadFailedExitCode}`;
  if (mirror !== undefined) return `  fail '${url}' '${downloadReasons.unverifiable}'; exit ${downloadFailedExitCode}`;
  return `  fetch '${url}' "$part" & got=$!
  fetch '${d.checksumUrl}' "$sums" && wait $got || { wait $got || true; exit ${downloadFailedExitCode}; }
  sum=$(${d.checksumFormat === 'plain' ? "awk 'NR==1{print $1}'" : `awk -v f='${getFileName(d.url)}' '$2==f||$2=="*"f{print $1; exit}'`} "$sums")`;
}

function parseDownloadFailures(stderr: string): DownloadFailure[] {
  return [...stderr.matchAll(/^download failed: (\S+): (.+)$/gm)].map(([, url = '', reason = '']) => ({ url, reason }));
}

function renderInstallCommand({ install }: ComponentDownload): string {
  switch (install.kind) {
    case 'program':
      return `mkdir -p ${dirname(install.path)} && chmod 0755 "$part" && mv "$part" ${install.path}`;
    case 'archive': {
      const only = (install.includedPaths ?? []).join(' ');
      return `mkdir -p ${install.folder} && tar -xzf "$part" -C ${install.folder} --no-same-owner --strip-components=${install.stripComponents} ${only}`;
    }
    default:
      return install satisfies never;
  }
}

function getFileName(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
