import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Conversation } from '../../local/demo/conversation.ts';
import { findUnsupportedReason } from '../../local/ensure-packages.ts';
import { SlackEmulatorClient } from '../../local/slack/slack-emulator-client.ts';
import { type Stack, startStack } from '../../local/stack.ts';

/** A stack, and user Ada in #clusters. */
export interface Stage {
  readonly stack: Stack;
  readonly workspace: SlackEmulatorClient;
  readonly ada: Conversation;
  readonly stateDir: string;
  /** Aborted when a service of the stack exits; ends all waits. */
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

/** Why this host cannot run clusters on machines; also prints a visible warning. */
export function findSkipReason(): string | undefined {
  const why = findUnsupportedReason();
  if (why)
    console.warn(`${'#'.repeat(80)}\n#  SKIPPED: clusters on systemd-nspawn machines: ${why}\n${'#'.repeat(80)}`);
  return why;
}

/**
 * Starts the local stack like `npm start`, with verbose logs. @param botEnv additional environment variables of the bot
 */
export async function openStage(botEnv: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const stateDir = await mkdtemp(join(tmpdir(), 'kthw-e2e-'));
  const log = (line: string) => console.log(line);
  const stack = await startStack({ stateDir, log, botEnv: { LOG_LEVEL: 'trace', ...botEnv } });
  const broken = new AbortController();
  stack.failure.then((why) => broken.abort(new Error(why)));
  const workspace = new SlackEmulatorClient(stack.workspaceUrl);
  const { signal } = broken;
  return {
    stack,
    workspace,
    ada: new Conversation(workspace, { person: 'ada', channel: 'clusters', signal }),
    stateDir,
    signal,
    async close() {
      await stack.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}
