import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSeedData } from './create-seed-data.ts';
import { createRequestHandler } from './http/create-request-handler.ts';
import { resolveSettings } from './settings.ts';
import type { SlackEmulatorOptions } from './slack-emulator-options.ts';
import { readState, StateFile } from './state-file.ts';
import { createWorkspace } from './workspace.ts';

/** A workspace that listens. */
export interface SlackEmulator {
  /** `http://127.0.0.1:PORT`; the page is there, the Web API under `/api/`. */
  readonly url: string;
  readonly botToken: string;
  readonly signingSecret: string;
  /** Says where the bot listens, for when it starts after the workspace. */
  setBotUrl(url: string): void;
  /** Ends what is under way, writes the state file, and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts a workspace in this process, on a loopback address.
 * @throws {Error} when the address is not loopback, the port is taken or the state file cannot be read
 */
export async function startSlackEmulator(options: SlackEmulatorOptions = {}): Promise<SlackEmulator> {
  const settings = resolveSettings(options);
  if (!['127.0.0.1', '::1', 'localhost'].includes(settings.host)) {
    throw new Error(
      `starting the workspace on "${settings.host}": it has no passwords, so it listens on loopback only`,
    );
  }
  const data = (settings.stateFile && readState(settings.stateFile)) || createSeedData(settings.botName);
  const workspace = createWorkspace(settings, data);
  const stateFile = settings.stateFile ? new StateFile(settings.stateFile, data, workspace.changes) : undefined;
  const closing = new AbortController();
  const server = createServer(createRequestHandler(workspace, closing.signal));
  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  workspace.baseUrl = `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
  return {
    url: workspace.baseUrl,
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
