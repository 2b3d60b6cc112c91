import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readStateFile, StateFile } from '../state-file.ts';
import { createSeedData } from './create-seed-data.ts';
import { createRequestHandler } from './http/create-request-handler.ts';
import type { TeamData } from './model/team-data.ts';
import { resolveSettings } from './settings.ts';
import type { SlackEmulatorOptions } from './slack-emulator-options.ts';
import { createWorkspace } from './workspace.ts';

/** A running Slack emulator. */
export interface SlackEmulator {
  /** `http://127.0.0.1:PORT`: serves the page, and the Web API under `/api/`. */
  readonly url: string;
  /** Opens the page in a browser: contains the access token. */
  readonly pageUrl: string;
  /** Bearer token of the API that the page and person clients use. */
  readonly accessToken: string;
  readonly botToken: string;
  readonly signingSecret: string;
  /** Sets the bot's URL, for a bot that starts after the emulator. */
  setBotUrl(url: string): void;
  /** Aborts pending requests, writes the state file and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts a Slack emulator in this process on a loopback address.
 * @throws {Error} if the address is not loopback, the port is in use or the state file is unreadable
 */
export async function startSlackEmulator(options: SlackEmulatorOptions = {}): Promise<SlackEmulator> {
  const settings = resolveSettings(options);
  if (!['127.0.0.1', '::1', 'localhost'].includes(settings.host)) {
    throw new Error(
      `cannot listen on "${settings.host}": the emulator is not encrypted, so it listens on loopback only`,
    );
  }
  const data =
    (settings.stateFile && readStateFile<TeamData>(settings.stateFile)) ||
    createSeedData(settings.botName, settings.edition);
  const workspace = createWorkspace(settings, data);
  const stateFile = settings.stateFile ? new StateFile(settings.stateFile, () => data) : undefined;
  workspace.changes.subscribe(({ kind }) => {
    if (kind !== 'call' && kind !== 'view') stateFile?.save();
  });
  const closing = new AbortController();
  const server = createServer(createRequestHandler(workspace, closing.signal));
  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  workspace.baseUrl = `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
  return {
    url: workspace.baseUrl,
    pageUrl: buildPageUrl(workspace.baseUrl, settings.accessToken),
    accessToken: settings.accessToken,
    botToken: settings.botToken,
    signingSecret: settings.signingSecret,
    setBotUrl(url) {
      workspace.bot.url = url;
    },
    async close() {
      closing.abort();
      await workspace.bot.close();
      server.close();
      server.closeAllConnections();
      await stateFile?.flush();
    },
  };
}

/** Builds the URL that opens the page in a browser. */
export function buildPageUrl(url: string, accessToken: string): string {
  return `${url}/?token=${accessToken}`;
}
