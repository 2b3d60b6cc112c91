import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { SlackEmulatorClient } from '../../../local/slack/slack-emulator-client.ts';
import type { SlackEmulatorOptions } from '../../../local/slack/slack-emulator-options.ts';
import { type SlackEmulator, startSlackEmulator } from '../../../local/slack/start-slack-emulator.ts';

/** A Slack emulator and an unmodified Bolt app. */
export interface Harness {
  workspace: SlackEmulator;
  people: SlackEmulatorClient;
  app: App;
  web: WebClient;
  botUrl: string;
  stopBot(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a Slack emulator and a Bolt app. Rate limits are off by default, so that tests do not hit them accidentally.
 * @param listen registers the app's listeners
 */
export async function startHarness(
  listen: (app: App) => void = () => undefined,
  options: SlackEmulatorOptions & { botSecret?: string; fetchIdentity?: boolean } = {},
): Promise<Harness> {
  const { botSecret, fetchIdentity, ...rest } = options;
  const workspace = await startSlackEmulator({
    rateLimits: { enabled: false },
    eventRetryDelaysMs: [5, 10, 20],
    ...rest,
  });
  const slackApiUrl = `${workspace.url}/api/`;
  const receiver = new HTTPReceiver({ signingSecret: botSecret ?? workspace.signingSecret, logLevel: LogLevel.ERROR });
  const clientOptions = { slackApiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, timeout: 10_000 };
  // Without an identity, Bolt calls auth.test in the background, and tests could end before the response.
  const identity = fetchIdentity ? {} : { botId: 'B0000KTHW', botUserId: 'U0000BOT0', tokenVerificationEnabled: false };
  const app = new App({ token: workspace.botToken, receiver, clientOptions, logLevel: LogLevel.ERROR, ...identity });
  listen(app);
  const server = (await app.start({ port: 0, host: '127.0.0.1' })) as Server;
  const botUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`;
  workspace.setBotUrl(botUrl);
  const stopBot = async () => {
    server.closeAllConnections();
    if (server.listening) await app.stop();
  };
  return {
    workspace,
    app,
    botUrl,
    stopBot,
    people: new SlackEmulatorClient(workspace),
    web: new WebClient(workspace.botToken, { ...clientOptions, logger: silentLogger }),
    async close() {
      await stopBot();
      await workspace.close();
    },
  };
}

const noop = () => undefined;
/** The client logs the errors that it throws, and tests assert the thrown ones. */
const silentLogger = {
  debug: noop,
  info: noop,
  warn: noop,
  error: noop,
  setLevel: noop,
  setName: noop,
  getLevel: () => LogLevel.ERROR,
};

/** A section with a button in an actions block. */
export function buttonBlocks(actionId: string, value = 'v'): object[] {
  return [
    { type: 'section', text: { type: 'mrkdwn', text: '*Really?*' } },
    {
      type: 'actions',
      block_id: 'choices',
      elements: [{ type: 'button', action_id: actionId, value, text: { type: 'plain_text', text: 'Yes' } }],
    },
  ];
}
