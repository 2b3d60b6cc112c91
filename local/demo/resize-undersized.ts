import type { Stack } from '../stack.ts';
import type { Scene } from './create-and-delete.ts';
import { watchDuring, watchedWords } from './measure-availability.ts';
import { type Kubectl, minuteMs, Stage, secondsSince } from './scenario-runner.ts';

const small = 'f1-micro';
const large = 'e2-standard-2';
/** Longest that the API may be away while its controllers restart one by one. */
const awayMs = 10_000;

/**
 * The jam: three controllers on f1-micro. The thread says why it is slow and offers larger machines; the button is
 * pressed, the restart approved, and the cluster ends Ready on them, with yesterday's kubeconfig.
 */
export async function undersized(stack: Stack, scene: Scene): Promise<void> {
  const { log } = scene;
  const stage = new Stage(stack, scene);
  const { talk } = stage;

  const creating = Date.now();
  const create = await talk.begin('demo', () =>
    talk.say(`/kthw create demo --machine-type ${small} --force-size --workers 1`),
  );
  const over = await talk.over(create, 20 * minuteMs);
  log(`create on ${small}: ${secondsSince(creating)}, ${over.text}`);
  const isUp = /: ready/.test(over.text);
  const before = isUp ? await stage.kubectl() : undefined;
  if (before) await stage.nodesAre(1, before);

  const press = async () => log(`\n${await talk.pressIn(create, 'resize.yes', { deadlineMs: minuteMs })}`);
  const resizing = Date.now();
  const work = () => stage.seenThrough('the resize', press, isUp ? /: resized/ : /: rebuilt/);
  if (before) {
    const { watched } = await watchDuring(() => apiAnswers(before), work);
    log(`the API meanwhile: ${watchedWords(watched)}`);
    if (watched.longestMs > awayMs)
      throw new Error(`the API was away for ${watched.longestMs} ms: ${watched.firstMiss}`);
  } else await work();
  log(`resize: ${secondsSince(resizing)} from the button to Ready`);

  if (!before) await talk.say('/kthw kubeconfig demo');
  await stage.nodesAre(1, before ?? (await stage.kubectl()));
  const types = await machineTypes(stack);
  log(`machines: ${types.join(', ')}`);
  if (types.length !== 4 || types.some((type) => type !== large)) throw new Error(`not all machines are ${large}`);
  const doctor = await talk.ask('/kthw doctor demo');
  log(`\n${doctor}`);
  if (doctor.includes('too small')) throw new Error('the machines are still called too small');
  await stage.delete();
}

async function apiAnswers(kubectl: Kubectl): Promise<void> {
  await kubectl('get', '--raw', '/readyz', '--request-timeout=5s');
}

/** As Compute Engine has them. */
async function machineTypes({ cloudUrl }: Stack): Promise<string[]> {
  const response = await fetch(`${cloudUrl}/compute/v1/projects/kthw-local/aggregated/instances`, {
    headers: { authorization: 'Bearer local' },
  });
  if (!response.ok) throw new Error(`listing machines: HTTP ${response.status}`);
  const { items } = (await response.json()) as { items: Record<string, { instances?: { machineType: string }[] }> };
  const all = Object.values(items).flatMap(({ instances = [] }) => instances);
  return all.map(({ machineType }) => machineType.slice(machineType.lastIndexOf('/') + 1));
}
