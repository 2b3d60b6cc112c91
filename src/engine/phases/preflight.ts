import { findCidrOverlaps } from '../cluster/cidr.ts';
import type { Instance } from '../cluster/cluster.ts';
import { formatProtocolOptions, listComponentDownloads, toMirrorUrl } from '../cluster/component-downloads.ts';
import { createDownloadError } from '../cluster/create-download-error.ts';
import { KthwError } from '../cluster/errors.ts';
import { findArchitectureProblem, findSizeProblem } from '../cluster/find-size-problem.ts';
import type { Release } from '../cluster/releases.ts';
import { getResourceNames } from '../cluster/resource-names.ts';
import { checkDownloads, listAvailableVersions } from '../downloads/check-downloads.ts';
import { findQuotaProblems } from '../gcp/compute/find-quota-problems.ts';
import { formatCommand, quoteArgument } from '../manual/format-command.ts';
import { definePhase } from '../steps/cluster-step.ts';
import type { StepContext } from '../steps/step-context.ts';
import { markPresent } from '../workflow/observation.ts';
import { stepHandle } from '../workflow/step-handle.ts';

export const preflightSteps = {
  checks: stepHandle('preflight/checks'),
  conflicts: stepHandle('preflight/conflicts'),
  downloads: stepHandle('preflight/downloads'),
} as const;

/** Finds problems that would fail the build later, before anything is created. Tutorial, chapter 1. */
export const preflight = definePhase({
  name: 'preflight',
  title: 'Preflight',
  chapter: 1,
  steps: ({ release }) => [
    {
      handle: preflightSteps.checks,
      title: 'zone, CIDR ranges, quota and machine type',
      async observe(c) {
        const problems = (await Promise.all([checkZone(c), checkMachineType(c), checkQuota(c)])).flat();
        problems.unshift(
          ...findCidrOverlaps(c.cluster).map(({ range, otherRange }) => `${otherRange} overlaps ${range}`),
        );
        if (problems.length > 0) throw new KthwError('preflight', { problems });
        return markPresent();
      },
      explained: {
        manualCommands: ({ cluster: { zone, region, machineType } }) => [
          formatCommand(['gcloud', 'compute', 'zones', 'describe', zone]),
          formatCommand(['gcloud', 'compute', 'machine-types', 'describe', machineType], { zone }),
          formatCommand(['gcloud', 'compute', 'regions', 'describe', region]),
        ],
      },
    },
    {
      handle: preflightSteps.conflicts,
      title: 'no conflicting resources',
      async observe(c) {
        const fields = await c.detectAllDrift();
        return fields.length > 0 ? { status: 'different', differences: [...fields] } : markPresent();
      },
    },
    {
      handle: preflightSteps.downloads,
      title: `downloads of Kubernetes ${release.kubernetes}`,
      async observe(c) {
        await assertDownloadable(c, release);
        return markPresent();
      },
      wait: {
        limitMs: 2 * 60_000,
        describe: async () => undefined,
        remedy: () => 'check that the bot can reach the download servers',
      },
      explained: {
        manualCommands: ({ mirror }) =>
          listComponentDownloads(release).map(
            ({ url }) => `curl -fsSLI ${formatProtocolOptions(mirror)} ${quoteArgument(toMirrorUrl(url, mirror))}`,
          ),
      },
    },
  ],
});

/** Spares a server that is overloaded: a wait repeats its check every second. */
const retryPauseMs = 5_000;

/** Checks the files that the missing instances will download. Existing instances have them. */
async function assertDownloadable(c: StepContext, release: Release): Promise<void> {
  const { downloads: client, mirror, digests, clock, signal } = c;
  const roles = new Set((await listMissingInstances(c)).map(({ role }) => `${role}s`));
  const components = listComponentDownloads(release).filter(({ instanceRole }) => roles.has(instanceRole));
  const unverifiable = components.find(({ url }) => mirror !== undefined && digests(url) === undefined);
  if (unverifiable) {
    const problem = `the digest of ${unverifiable.url} is unknown, so it can't be downloaded from a mirror; add it to \`KTHW_DIGEST_FILE\``;
    throw new KthwError('preflight', { problems: [problem] });
  }
  if (!client) return;
  const deps = { client, mirror, digests, signal };
  const failures = await checkDownloads(deps, components);
  if (failures.length === 0) return;
  const error = createDownloadError(release.kubernetes, failures);
  if (error.kind === 'transient') {
    await clock.sleep(retryPauseMs, signal);
    throw error;
  }
  const versions = mirror === undefined ? [] : await listAvailableVersions(deps).catch(() => []);
  const choice = versions.length > 0 ? `; available versions: ${versions.join(', ')}` : '';
  throw new KthwError('preflight', { problems: [`${error.message}${choice}`] });
}

async function listMissingInstances({ compute, cluster, signal }: StepContext): Promise<Instance[]> {
  const { region, zone, instances } = cluster;
  const found = await Promise.all(instances.map(({ name }) => compute.instances.get({ name, zone, region }, signal)));
  return instances.filter((_, index) => !found[index]);
}

async function checkZone({ compute, cluster, signal }: StepContext): Promise<string[]> {
  const zones = await compute.listZones(cluster.region, signal);
  if (!zones) return [`there is no region "${cluster.region}"`];
  if (zones.includes(cluster.zone)) return [];
  return [`there is no zone "${cluster.zone}" in ${cluster.region}; it has ${zones.join(', ')}`];
}

async function checkMachineType({ compute, cluster, signal }: StepContext): Promise<string[]> {
  const type = await compute.getMachineType({ name: cluster.machineType, zone: cluster.zone }, signal);
  if (!type) return [`there is no machine type "${cluster.machineType}" in ${cluster.zone}`];
  const sizeProblem = cluster.forceSize ? undefined : findSizeProblem(cluster.machineType, type);
  return [findArchitectureProblem(cluster.machineType, type), sizeProblem].filter((problem) => problem !== undefined);
}

async function checkQuota(c: StepContext): Promise<string[]> {
  const { compute, cluster, signal } = c;
  const { region, zone, machineType } = cluster;
  const names = getResourceNames(cluster);
  const [type, regional, global, address, network, missingInstances] = await Promise.all([
    compute.getMachineType({ name: machineType, zone }, signal),
    compute.listQuotas(region, signal),
    compute.listProjectQuotas(signal),
    compute.addresses.get({ name: names.address, region }, signal),
    compute.networks.get({ name: names.network }, signal),
    listMissingInstances(c),
  ]);
  // The usage includes existing resources.
  const request = {
    instances: missingInstances.length,
    machineType,
    addresses: address ? 0 : 1,
    networks: network ? 0 : 1,
    routes: network ? 0 : cluster.workers,
  };
  return type && regional ? findQuotaProblems(request, type, { region, regional, global }) : [];
}
