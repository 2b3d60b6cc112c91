import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderPhaseCommandsModal } from '../../../src/commands/messages/phase-commands-modal.ts';
import { getChapter } from '../../../src/engine/manual/chapters.ts';
import { phases } from '../../../src/engine/phases/sort-phases.ts';
import type { PhaseCommands } from '../../../src/engine/service/phase-commands.ts';
import { expectWithinLimits } from '../../commands/messages/within-limits.ts';
import { type Process, RunEnvironment } from '../../fakes/run-environment.ts';
import { needlesIn } from '../../support/secret-scanner.ts';

let environment: RunEnvironment;
let process: Process;
let run: string;
const shown = new Map<string, PhaseCommands>();

beforeAll(async () => {
  environment = new RunEnvironment();
  process = environment.createProcess();
  run = await environment.createCluster(process, { controllers: 3, workers: 2 });
  for (const { name } of phases) shown.set(name, await hardWayOf(name));
}, 60_000);
afterAll(() => environment.close());

async function hardWayOf(phase: string): Promise<PhaseCommands> {
  const found = await process.clusterService.getPhaseCommands(run, phase);
  if (!found) throw new Error(`phase "${phase}" of the run shows no hard way`);
  return found;
}

describe.each(phases)('manual commands of $name', ({ name, chapter }) => {
  test('exist and belong to a chapter', () => {
    expect(shown.get(name)?.steps.flatMap(({ commands }) => commands).length).toBeGreaterThan(0);
    expect(getChapter(chapter).url).toMatch(/^https:\/\/github\.com\/\S+\/docs\/\d\d-[a-z-]+\.md$/);
  });

  test('are valid bash', async () => {
    const scripts = shown.get(name)?.steps.flatMap(({ commands }) => commands.map(({ script }) => script)) ?? [];
    const { stderr } = await execa('bash', ['-n'], { input: scripts.join('\n'), reject: false });
    expect(stderr).toBe('');
  });

  test('fit on modal pages completely', () => {
    const phaseCommands = shown.get(name);
    const pages = new Set<string>();
    for (let page = 0; page < 60; page++) {
      const modal = renderPhaseCommandsModal({ id: 'hardWay', value: { page }, phaseCommands });
      expectWithinLimits(modal);
      expect(JSON.stringify(modal).length).toBeLessThan(60_000);
      pages.add(JSON.stringify(modal.blocks));
    }
    const all = [...pages].join();
    for (const { title } of phaseCommands?.steps ?? []) expect(all).toContain(JSON.stringify(title).slice(1, -1));
  });
});

test('manual commands contain no secret', async () => {
  const vault = environment.vaults.createProvider(environment.store).getVault('demo');
  const stored = await environment.store.list('secret');
  const secrets = await Promise.all(stored.map(async ({ value }) => (await vault.get(value.path))?.revealBytes()));
  const needles = secrets.flatMap((bytes) => (bytes ? needlesIn(bytes) : []));
  expect(needles.length).toBeGreaterThan(50);
  const events = await environment.store.readEvents(run);
  const texts = { shown: [...shown.values()], events: events.map(({ event }) => event) };
  const text = JSON.stringify(texts);
  expect(needles.filter((needle) => text.includes(needle))).toEqual([]);
  expect(text).not.toContain('PRIVATE KEY');
  // Placeholders replace secrets, also in base64.
  const masked = (phase: string) => JSON.stringify(shown.get(phase));
  expect(masked('encryption')).toContain('secret: [secret]');
  expect(masked('kubeconfigs')).toContain('client-key-data: [secret]');
  expect(masked('certificates')).toContain('[secret]');
});

test('manual commands contain addresses and versions of the cluster and state of the run', () => {
  const text = (phase: string) => JSON.stringify(shown.get(phase));
  expect(text('pod-routes')).toContain('--next-hop-address 10.240.0.21');
  expect(text('control-plane')).toMatch(/--advertise-address=10\.240\.0\.12/);
  expect(text('etcd')).toContain('--initial-cluster-state=new');
  expect(text('etcd')).toContain('--initial-cluster-state=existing');
  const address = String(shown.get('static-ip')?.steps[0]?.commandOutput.match(/^address: (\S+)$/m)?.[1]);
  expect(text('load-balancer')).toContain(`--address ${address}`);
  expect(text('certificates')).toContain(address);
});

test('manual commands include deletion', async () => {
  const other = new RunEnvironment();
  const one = other.createProcess();
  await other.createCluster(one);
  const deleting = await other.finishRun(one.clusterService.deleteCluster('demo', other.requester, 'C1'));
  const found = await one.clusterService.getPhaseCommands(deleting, 'network');
  expect(found?.steps.flatMap(({ commands }) => commands.map(({ script }) => script))).toEqual([
    'gcloud compute networks subnets delete demo-subnet --region us-west1',
    'gcloud compute networks delete demo',
  ]);
  expect(await one.clusterService.getPhaseCommands(deleting, 'nonsense')).toBeUndefined();
  expect(await one.clusterService.getPhaseCommands('nonsense', 'network')).toBeUndefined();
  await other.close();
});
