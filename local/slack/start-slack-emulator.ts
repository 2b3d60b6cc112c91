import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { seed } from './create-seed-data.ts';
import { requestHandler } from './http/create-request-handler.ts';
import { settings } from './settings.ts';
import type { WorkspaceOptions } from './slack-emulator-options.ts';
import { readState, StateFile } from './state-file.ts';
import { createWorkspace } from './workspace.ts';

/** A workspace that listens. */
export interface RunningWorkspace {
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
export async function startWorkspace(options: WorkspaceOptions = {}): Promise<RunningWorkspace> {
  const chosen = settings(options);
  if (!['127.0.0.1', '::1', 'localhost'].includes(chosen.host)) {
    throw new Error(`starting the workspace on "${chosen.host}": it has no passwords, so it listens on loopback only`);
  }
  const data = (chosen.stateFile && readState(chosen.stateFile)) || seed(chosen.botName);
  const workspace = createWorkspace(chosen, data);
  const stateFile = chosen.stateFile ? new StateFile(chosen.stateFile, data, workspace.changes) : undefined;
  const closing = new AbortController();
  const server = createServer(requestHandler(workspace, closing.signal));
  server.listen(chosen.port, chosen.host);
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  workspace.baseUrl = `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
  return {
    url: workspace.baseUrl,
    botToken: chosen.botToken,
    signingSecret: chosen.signingSecret,
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
