import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePackages } from '../ensure-packages.ts';
import { SlackEmulatorClient } from '../slack/slack-emulator-client.ts';
import { buildPageUrl } from '../slack/start-slack-emulator.ts';
import { type Stack, type StackOptions, startStack } from '../stack.ts';
import { type BotSupervisor, superviseBot } from '../supervise-bot.ts';
import { ClusterDriver } from './cluster-driver.ts';
import { ComputeInspector } from './compute-inspector.ts';
import { Conversation } from './conversation.ts';

/** A running local stack, and access to each of its parts. Used by demo scenarios and end-to-end tests. */
export interface LocalEnvironment {
  readonly stack: Stack;
  /** Opens the workspace's page in a browser. */
  readonly pageUrl: string;
  readonly workspace: SlackEmulatorClient;
  readonly compute: ComputeInspector;
  readonly log: (line: string) => void;
  /** Aborted when a service fails, the caller aborts, or the environment closes; ends all waits. */
  readonly signal: AbortSignal;
  /** Restarts the bot if `expectsKills` is set. */
  readonly supervisor: BotSupervisor | undefined;
  /** A user's conversation in #clusters. @param person default Ada */
  talkAs(person?: string): Conversation;
  getCluster(name: string, person?: string): ClusterDriver;
  /** Replaces the mirror's faults. */
  injectMirrorFaults(...faults: readonly object[]): Promise<void>;
  /** Stops the stack. Removes its state and logs unless `keepsState` is set. */
  close(options?: { readonly keepsState: boolean }): Promise<void>;
}

export interface LocalEnvironmentOptions extends Pick<StackOptions, 'botEnv' | 'botScript' | 'signal'> {
  readonly log?: (line: string) => void;
  /** Restart the bot after a SIGKILL. Any other exit ends all waits. */
  readonly expectsKills?: boolean;
}

/** Starts the local stack as `npm start` does, in a temporary directory. */
export async function openLocalEnvironment(options: LocalEnvironmentOptions = {}): Promise<LocalEnvironment> {
  const { log = (line: string) => console.log(line), expectsKills = false, signal: callerSignal, ...rest } = options;
  await ensurePackages([], log);
  const stateDir = await mkdtemp(join(tmpdir(), 'kthw-run-'));
  const stack = await startStack({ stateDir, log, ...(callerSignal && { signal: callerSignal }), ...rest });
  const ended = new AbortController();
  const signal = callerSignal ? AbortSignal.any([ended.signal, callerSignal]) : ended.signal;
  const fail = async (reason: string) => {
    const logTail = (await readFile(join(stateDir, 'logs/bot.log'), 'utf8').catch(() => '')).slice(-2_000);
    ended.abort(new Error(`${reason}\n${logTail}`));
  };
  stack.failure.then(fail);
  const onExit = (reason: string) => void (reason.includes('SIGKILL') || fail(reason));
  if (!expectsKills) stack.bot.exitReason.then(fail);
  const supervisor = expectsKills ? superviseBot(stack, { log, onExit, firstDelayMs: 0 }) : undefined;
  const { workspaceUrl, secrets } = stack;
  const workspace = new SlackEmulatorClient({ url: workspaceUrl, accessToken: secrets.slackAccessToken });
  const talkAs = (person = 'ada') => new Conversation(workspace, { person, channel: 'clusters', signal });
  const environment: LocalEnvironment = {
    stack,
    pageUrl: buildPageUrl(workspaceUrl, secrets.slackAccessToken),
    workspace,
    compute: new ComputeInspector({ url: stack.computeUrl, token: secrets.computeToken }),
    log,
    signal,
    supervisor,
    talkAs,
    getCluster: (name, person) => new ClusterDriver(environment, name, talkAs(person)),
    async injectMirrorFaults(...faults) {
      const headers = { authorization: `Bearer ${secrets.mirrorToken}` };
      const request = { method: 'POST', headers, body: JSON.stringify(faults) };
      const { ok, status } = await fetch(`${stack.mirrorUrl}/_local/faults`, request);
      if (!ok) throw new Error(`the mirror returned HTTP ${status}`);
    },
    async close({ keepsState } = { keepsState: false }) {
      ended.abort(new Error('the environment is closed'));
      await supervisor?.stop();
      await stack.stop();
      if (!keepsState) await rm(stateDir, { recursive: true, force: true });
    },
  };
  return environment;
}
