import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SlackEmulatorClient } from '../slack/slack-emulator-client.ts';
import type { Stack } from '../stack.ts';
import { Conversation } from './conversation.ts';
import { createKubectl } from './kubectl.ts';

export interface ScenarioContext {
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** Directory for the scenario's files. */
  readonly folder: string;
}

const minuteMs = 60_000;

/** Main scenario: `/kthw create demo`, kubectl with the kubeconfig from the DM, `/kthw delete demo`. */
export async function createAndDelete(stack: Stack, { log, signal, folder }: ScenarioContext): Promise<void> {
  const workspace = new SlackEmulatorClient(stack.workspaceUrl);
  const conversation = new Conversation(workspace, { person: 'ada', channel: 'clusters', signal });

  const creating = Date.now();
  await conversation.sendCommand('/kthw create demo');
  const created = await conversation.waitForOutcome('demo', /: ready/, 20 * minuteMs);
  log(`\n${await conversation.readThread(created)}`);
  log(`create: ${formatSecondsSince(creating)} from command to ready`);

  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, await conversation.downloadFile(/kubeconfig|\.yaml|\.conf/, minuteMs), { mode: 0o600 });
  const kubectl = await createKubectl(stack.mirrorUrl, kubeconfig, folder, signal);
  const nodes = await kubectl('get', 'nodes');
  log(`\n$ kubectl get nodes\n${nodes}`);
  const ready = nodes.split('\n').filter((line) => /\sReady\s/.test(line)).length;
  if (ready !== 3) throw new Error(`kubectl lists ${ready} Ready nodes, expected 3`);
  if ((await kubectl('auth', 'can-i', '*', '*')) !== 'yes') throw new Error('the kubeconfig has no admin access');

  const deleting = Date.now();
  await conversation.sendCommand('/kthw delete demo');
  await conversation.pressButton('delete.confirm');
  await conversation.waitForOutcome('demo', /: deleted/, 5 * minuteMs);
  log(`\ndelete: ${formatSecondsSince(deleting)}`);
  const calls = Object.entries(await workspace.getCallCounts()).map(([method, count]) => `${method} ${count.calls}`);
  log(`Slack API calls: ${calls.join(', ')}`);
}

function formatSecondsSince(startedMs: number): string {
  return `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
}
