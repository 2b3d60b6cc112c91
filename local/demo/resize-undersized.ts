import type { Stack } from '../stack.ts';
import type { ScenarioContext } from './create-and-delete.ts';
import { formatAvailability, measureAvailability } from './measure-availability.ts';
import { formatSecondsSince, type Kubectl, minuteMs, ScenarioRunner } from './scenario-runner.ts';

const smallMachineType = 'f1-micro';
const largeMachineType = 'e2-standard-2';
/** Longest that the API may be away while its controllers restart one by one. */
const maxOutageMs = 10_000;

/**
 * The jam: three controllers on f1-micro. The thread says why it is slow and offers larger machines; the button is
 * pressed, the restart approved, and the cluster ends Ready on them, with yesterday's kubeconfig.
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
  const resize = () => runner.runAndApprove('the resize', press, isUp ? /: resized/ : /: rebuilt/);
  if (previousKubectl) {
    const { availability } = await measureAvailability(() => checkApiServer(previousKubectl), resize);
    log(`the API meanwhile: ${formatAvailability(availability)}`);
    if (availability.longestOutageMs > maxOutageMs)
      throw new Error(`the API was away for ${availability.longestOutageMs} ms: ${availability.firstFailure}`);
  } else await resize();
  log(`resize: ${formatSecondsSince(resizing)} from the button to Ready`);

  if (!previousKubectl) await conversation.sendCommand('/kthw kubeconfig demo');
  await runner.assertReadyNodes(1, previousKubectl ?? (await runner.kubectl()));
  const types = await listMachineTypes(stack);
  log(`machines: ${types.join(', ')}`);
  if (types.length !== 4 || types.some((type) => type !== largeMachineType))
    throw new Error(`not all machines are ${largeMachineType}`);
  const doctor = await conversation.sendCommandForReply('/kthw doctor demo');
  log(`\n${doctor}`);
  if (doctor.includes('too small')) throw new Error('the machines are still called too small');
  await runner.deleteCluster();
}

async function checkApiServer(kubectl: Kubectl): Promise<void> {
  await kubectl('get', '--raw', '/readyz', '--request-timeout=5s');
}

/** As Compute Engine has them. */
async function listMachineTypes({ computeUrl }: Stack): Promise<string[]> {
  const response = await fetch(`${computeUrl}/compute/v1/projects/kthw-local/aggregated/instances`, {
    headers: { authorization: 'Bearer local' },
  });
  if (!response.ok) throw new Error(`listing machines: HTTP ${response.status}`);
  const { items } = (await response.json()) as { items: Record<string, { instances?: { machineType: string }[] }> };
  const all = Object.values(items).flatMap(({ instances = [] }) => instances);
  return all.map(({ machineType }) => machineType.slice(machineType.lastIndexOf('/') + 1));
}
