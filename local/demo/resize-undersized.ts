import { formatSecondsSince, minuteMs } from '../driver/cluster-driver.ts';
import type { Kubectl } from '../driver/kubectl.ts';
import { formatAvailability, measureAvailability } from './measure-availability.ts';
import type { ScenarioContext } from './scenario.ts';

const smallMachineType = 'f1-micro';
const largeMachineType = 'e2-standard-2';
/** Maximum API server outage while the control plane nodes restart one by one. */
const maxOutageMs = 10_000;

/**
 * Resizes a cluster that is too slow: three control plane nodes on f1-micro. The thread explains the cause and offers
 * larger machine types. After a click and an approval the cluster is Ready on them, and the old kubeconfig still works.
 */
export async function resizeUndersized({ environment, cluster }: ScenarioContext): Promise<void> {
  const { log, compute } = environment;
  const { conversation } = cluster;

  const creating = Date.now();
  const create = await cluster.start(`/kthw create demo --machine-type ${smallMachineType} --force-size --workers 1`);
  const summary = await conversation.waitForEnd(create, 20 * minuteMs);
  log(`create on ${smallMachineType}: ${formatSecondsSince(creating)}, ${summary.text}`);
  const isUp = /: ready/.test(summary.text);
  const previousKubectl = isUp ? await cluster.createKubectl() : undefined;
  if (previousKubectl) await cluster.assertReadyNodes(1, previousKubectl);

  const press = async () => log(`\n${await conversation.pressThreadButton(create, 'resize.confirm')}`);
  const resizing = Date.now();
  const resize = () => cluster.runApproved('resize', isUp ? /: resized/ : /: rebuilt/, press);
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
  await cluster.assertReadyNodes(1, previousKubectl ?? (await cluster.createKubectl()));
  const types = (await compute.listInstances()).map(({ machineType }) => machineType.split('/').at(-1));
  log(`machine types: ${types.join(', ')}`);
  if (types.length !== 4 || types.some((type) => type !== largeMachineType))
    throw new Error(`some instances are not ${largeMachineType}`);
  const doctor = await conversation.sendCommandForReply('/kthw doctor demo');
  log(`\n${doctor}`);
  if (doctor.includes('too small')) throw new Error('doctor still reports the machine type as too small');
  await cluster.delete();
}

async function checkApiServer(kubectl: Kubectl): Promise<void> {
  await kubectl('get', '--raw', '/readyz', '--request-timeout=5s');
}
