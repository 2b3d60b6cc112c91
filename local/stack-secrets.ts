import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAccessToken } from './access-token.ts';
import { createBotToken } from './slack/settings.ts';

/** Secrets of one start of the local stack. Each service gets only its own, in its environment. */
export interface StackSecrets {
  /** Bot token and signing secret of the Slack app. */
  readonly botToken: string;
  readonly signingSecret: string;
  /** For the page of the Slack emulator and its API. */
  readonly slackAccessToken: string;
  /** For the Compute Engine emulator. */
  readonly computeToken: string;
  /** For the mirror's fault injection. */
  readonly mirrorToken: string;
}

/** Creates new secrets and writes them to `secrets.json` in the state directory, readable by its owner only. */
export async function createStackSecrets(stateDir: string): Promise<StackSecrets> {
  const secrets = {
    botToken: createBotToken(),
    signingSecret: createAccessToken(),
    slackAccessToken: createAccessToken(),
    computeToken: createAccessToken(),
    mirrorToken: createAccessToken(),
  };
  // A new file, because writing to an existing one would keep its mode.
  await rm(getSecretsPath(stateDir), { force: true });
  await writeFile(getSecretsPath(stateDir), JSON.stringify(secrets), { mode: 0o600, flag: 'wx' });
  return secrets;
}

/** Reads the secrets of a running stack. */
export async function readStackSecrets(stateDir: string): Promise<StackSecrets> {
  return JSON.parse(await readFile(getSecretsPath(stateDir), 'utf8')) as StackSecrets;
}

function getSecretsPath(stateDir: string): string {
  return join(stateDir, 'secrets.json');
}
