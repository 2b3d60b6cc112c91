import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkspaceClient } from '../slack/slack-emulator-client.ts';
import type { Stack } from '../stack.ts';
import { Conversation } from './conversation.ts';
import { openKubectl } from './kubectl.ts';

export interface Scene {
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** For files of this run. */
  readonly folder: string;
}

const minuteMs = 60_000;

/** The main job: `/kthw create demo`, the kubeconfig from the DM used with kubectl, `/kthw delete demo`. */
export async function createAndDelete(stack: Stack, { log, signal, folder }: Scene): Promise<void> {
  const workspace = new WorkspaceClient(stack.workspaceUrl);
  const talk = new Conversation(workspace, { person: 'ada', channel: 'clusters', signal });

  const creating = Date.now();
  await talk.say('/kthw create demo');
  const created = await talk.outcome('demo', /: ready/, 20 * minuteMs);
  log(`\n${await talk.story(created)}`);
  log(`create: ${secondsSince(creating)} from the command until its thread says that it is ready`);

  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, await talk.file(/kubeconfig|\.yaml|\.conf/, minuteMs), { mode: 0o600 });
  const kubectl = await openKubectl(stack.mirrorUrl, kubeconfig, folder, signal);
  const nodes = await kubectl('get', 'nodes');
  log(`\n$ kubectl get nodes\n${nodes}`);
  const ready = nodes.split('\n').filter((line) => /\sReady\s/.test(line)).length;
  if (ready !== 3) throw new Error(`kubectl sees ${ready} Ready nodes, not 3`);
  if ((await kubectl('auth', 'can-i', '*', '*')) !== 'yes')
    throw new Error('the kubeconfig may not administer the cluster');

  const deleting = Date.now();
  await talk.say('/kthw delete demo');
  await talk.press('delete.yes');
  await talk.outcome('demo', /: deleted/, 5 * minuteMs);
  log(`\ndelete: ${secondsSince(deleting)}`);
  const calls = Object.entries(await workspace.calls()).map(([method, count]) => `${method} ${count.calls}`);
  log(`Slack calls of both: ${calls.join(', ')}`);
}

function secondsSince(startedMs: number): string {
  return `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
}
