import type { Stack } from '../stack.ts';
import type { ScenarioContext } from './create-and-delete.ts';
import { formatAvailability, measureAvailability } from './measure-availability.ts';
import { formatSecondsSince, type Kubectl, minuteMs, ScenarioRunner } from './scenario-runner.ts';

const smallMachineType = 'f1-micro';
const largeMachineType = 'e2-standard-2';
/** Maximum API server outage while the control plane nodes restart one by one. */
const maxOutageMs = 10_000;

/**
 * Resizes a cluster that is too slow: three control plane nodes on f1-micro. The thread explains the cause and offers
 * larger machine types. After a click and an approval the cluster is Ready on them, and the old kubeconfig still works.
 */
export async function resizeUndersized(stack: Stack, context: ScenarioContext): Promise<void> {
  const { log } = context;
  const runner = new ScenarioRunner(stack, context);
  const { conversation } = runner;

  const creating = Date.now();
  const create = await conversation.startRun('demo', () =>
    conversation.sendCommand(`/kthw create demo --machine-type ${smallMachineType} --force-size --workers 1`),
  );
  const summary = await conversation.waitForEnd(create, 20 * minuteMs);
  log(`create on ${smallMachineType}: ${formatSecondsSince(creating)}, ${summary.text}`);
  const isUp = /: ready/.test(summary.text);
  const previousKubectl = isUp ? await runner.kubectl() : undefined;
  if (previousKubectl) await runner.assertReadyNodes(1, previousKubectl);

  const press = async () =>
    log(`\n${await conversation.pressThreadButton(create, 'resize.confirm', { deadlineMs: minuteMs })}`);
  const resizing = Date.now();
  const resize = () => runner.runAndApprove('resize', press, isUp ? /: resized/ : /: rebuilt/);
  if (previousKubectl) {
    const { availability } = await measureAvailability(() => checkApiServer(previousKubectl), resize);
    log(`API server during the resize: ${formatAvailability(availability)}`);
    if (availability.longestOutageMs > maxOutageMs)
      throw new Error(
        `the API server was unavailable for ${availability.longestOutageMs} ms: ${availability.firstFailure}`,
      );
  } else await resize();
  log(`resize: ${formatSecondsSince(resizing)} from click to Ready`);

  if (!previousKubectl) await conversation.sendCommand('/kthw kubeconfig demo');
  await runner.assertReadyNodes(1, previousKubectl ?? (await runner.kubectl()));
  const types = await listMachineTypes(stack);
  log(`machine types: ${types.join(', ')}`);
  if (types.length !== 4 || types.some((type) => type !== largeMachineType))
    throw new Error(`some instances are not ${largeMachineType}`);
  const doctor = await conversation.sendCommandForReply('/kthw doctor demo');
  log(`\n${doctor}`);
  if (doctor.includes('too small')) throw new Error('doctor still reports the machine type as too small');
  await runner.deleteCluster();
}

async function checkApiServer(kubectl: Kubectl): Promise<void> {
  await kubectl('get', '--raw', '/readyz', '--request-timeout=5s');
}

/** Machine types of all instances, from the Compute Engine API. */
async function listMachineTypes({ computeUrl }: Stack): Promise<string[]> {
  const response = await fetch(`${computeUrl}/compute/v1/projects/kthw-local/aggregated/instances`, {
    headers: { authorization: 'Bearer local' },
  });
  if (!response.ok) throw new Error(`cannot list instances: HTTP ${response.status}`);
  const { items } = (await response.json()) as { items: Record<string, { instances?: { machineType: string }[] }> };
  const all = Object.values(items).flatMap(({ instances = [] }) => instances);
  return all.map(({ machineType }) => machineType.slice(machineType.lastIndexOf('/') + 1));
}
