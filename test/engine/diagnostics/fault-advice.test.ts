import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatNextAction } from '../../../src/commands/messages/error-detail.ts';
import { buildSpec, type Process, type RunEnvironment } from '../../fakes/run-environment.ts';
import { createEnvironment } from '../../fixtures/ready-cluster.ts';
import { typeCommand } from '../../fixtures/type-command.ts';
import { type Alternative, buildCall, type FaultCase, faultCases, gcpRef } from './fault-cases.ts';

/** Words between the sentences of an advice. */
const connectives = /\b(then|or|and)\b|[,;\s]/g;

const gcloudCommands: readonly (readonly [RegExp, (environment: RunEnvironment, name: string) => unknown])[] = [
  [
    /^gcloud compute instances start (\S+) --zone us-west1-c$/,
    async ({ compute, clock }, name) => {
      await compute.startInstance({ ...gcpRef, name }, buildCall());
      await clock.sleep(60_000, new AbortController().signal);
    },
  ],
  [/^gcloud services enable (compute\.googleapis\.com)$/, (environment) => environment.clearFaults()],
  [
    /^gcloud compute instances update (\S+) --zone us-west1-c --no-deletion-protection$/,
    ({ compute }, name) => compute.tamper('instances', name, { deletionProtection: false }),
  ],
  [
    /^gcloud compute networks peerings delete \S+ --network (\S+)$/,
    ({ compute }, name) => compute.tamper('networks', name, { peerings: [] }),
  ],
  [
    /^gcloud compute target-pools remove-health-checks (\S+) --region us-west1 --http-health-check demo$/,
    ({ compute }, name) => compute.tamper('targetPools', name, { healthCheck: '' }),
  ],
];

async function execute(command: string, process: Process, environment: RunEnvironment): Promise<void> {
  if (command.startsWith('/kthw ')) return await typeCommand(command, process, environment);
  for (const [pattern, work] of gcloudCommands) {
    const [, name] = pattern.exec(command) ?? [];
    if (name !== undefined) return void (await work(environment, name));
  }
  throw new Error(`not a command: ${command}`);
}

async function followAdvice({ advice, fix }: Alternative, process: Process, environment: RunEnvironment) {
  const commands = advice.filter((part) => part.startsWith('`')).map((part) => part.slice(1, -1));
  for (const command of commands.slice(0, -1)) await execute(command, process, environment);
  await fix?.(environment, process);
  for (const command of commands.slice(-1)) await execute(command, process, environment);
}

/** Causes the fault in a run. @returns the error that the run shows */
async function causeFault({ code, readyCluster, cause, request }: FaultCase) {
  const { environment, process } = createEnvironment();
  const { requester } = environment;
  if (readyCluster) await environment.createCluster(process, readyCluster);
  await cause(environment);
  const spec = buildSpec();
  const run = await environment.finishRun(
    request?.(process, environment) ?? process.clusterService.createCluster({ spec, requester, channel: 'C1' }),
  );
  const view = await process.clusterService.getRunView(run);
  const failures = (await environment.listEvents(run, 'step.failed')).map(({ error }) => error);
  const error = [...(view?.problems ?? []).map((problem) => problem.error), ...failures].find((e) => e?.code === code);
  if (!view || !error) throw new Error(`the run has no ${code}: ${await environment.describeLastEvents(run)}`);
  return { environment, process, advice: formatNextAction(error.remedy, view).markdown };
}

const alternatives = faultCases.flatMap((one) =>
  one.alternatives.map((alternative) => ({ ...one, alternative, says: alternative.advice.join(' … ') })),
);

test.each(alternatives)('$code: $says works when $fault', async ({ alternative, ...faultCase }) => {
  const { environment, process, advice } = await causeFault(faultCase);
  let at = 0;
  for (const part of alternative.advice) {
    at = advice.indexOf(part, at);
    expect(at, `"${part}" in "${advice}"`).toBeGreaterThanOrEqual(0);
  }
  await followAdvice(alternative, process, environment);
  const cluster = (await environment.store.read('cluster', 'demo'))?.value;
  const run = cluster?.runs.at(-1) ?? '';
  const isDeletion = faultCase.request !== undefined && environment.compute.listResourceNames().length === 0;
  if (isDeletion) return;
  expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
  expect(await process.clusterService.listMissingParts('demo')).toEqual([]);
});

test.each(faultCases)('$code: each part of the advice is executed when $fault', async (faultCase) => {
  const { advice } = await causeFault(faultCase);
  const rest = faultCases
    .filter(({ code }) => code === faultCase.code)
    .flatMap(({ alternatives: all }) => all.flatMap((alternative) => alternative.advice))
    .reduce((text, part) => text.replace(part, ''), advice);
  expect(rest.replaceAll(connectives, '')).toBe('');
});

test('each error of the catalogue is caused', () => {
  const catalogue = readFileSync(join(import.meta.dirname, '../../../src/engine/cluster/errors.ts'), 'utf8');
  const codes = Array.from(catalogue.matchAll(/^ {2}'?([a-z-]+)'?: \(/gm), ([, code = '']) => code);
  expect(new Set<string>(faultCases.map(({ code }) => code))).toEqual(new Set(codes));
});
