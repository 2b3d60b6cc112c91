import { createHmac } from 'node:crypto';
import { WorkspaceClient } from '../../local/workspace/client.ts';
import { startWorkspace } from '../../local/workspace/start-workspace.ts';
import { everybody, type Policy } from '../../src/commands/policy.ts';
import { type HttpRoute, openSlack } from '../../src/commands/slack.ts';
import { slackChat } from '../../src/commands/slack-chat.ts';
import { slackClient } from '../../src/commands/slack-client.ts';
import { openCourier } from '../../src/commands/thread.ts';
import { openDesk } from '../../src/engine/desk.ts';
import type { Offers } from '../../src/engine/offers.ts';
import { Secret } from '../../src/store/secret.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { defaults, twoPhases } from './a-run.ts';
import { someOffers } from './some-offers.ts';

export interface ASlackOptions {
  readonly routes?: readonly HttpRoute[];
  readonly changed?: (store: Store) => Store;
  readonly now?: () => Date;
  readonly policy?: Policy;
  /** @default all is known */
  readonly offers?: Offers;
}

/** The real door, desk, store and courier, with a local workspace in Slack's place. Nothing takes the runs forward. */
export async function aSlack({
  routes = [],
  changed = (store) => store,
  now = () => new Date(),
  policy = everybody,
  offers = someOffers(),
}: ASlackOptions = {}) {
  const workspace = await startWorkspace({ rateLimits: { enabled: false }, eventRetriesMs: [5, 10, 20] });
  const account = { token: workspace.botToken, apiUrl: `${workspace.url}/api/` };
  const chat = slackChat(slackClient(account));
  const opened = openSqliteStore({ path: ':memory:' });
  const store = changed(opened);
  const logged: { message: string; [field: string]: unknown }[] = [];
  const log = (fields: object, message: string) => void logged.push({ ...fields, message });
  const desk = openDesk({
    store,
    phases: twoPhases,
    now,
    poke(run) {
      courier.poke(run);
      door.news();
    },
    typeProblem: async () => undefined,
    doctor: () => Promise.reject(new Error('not here')),
    sight: () => Promise.reject(new Error('not here')),
    withdrawRevoked: async () => {},
    issueKubeconfig: async (_, { user }) => ({
      file: new Secret('kind: Config'),
      endsAt: new Date(),
      commonName: user,
    }),
  });
  const courier = openCourier({ store, desk, chat, policy, log });
  const door = openSlack({
    ...account,
    signingSecret: workspace.signingSecret,
    store,
    chat,
    now,
    log,
    routes,
    tools: { desk, offers, defaults: defaults(), policy },
  });
  let closing: Promise<void> | undefined;
  function done(): Promise<void> {
    closing ??= door.close();
    return closing;
  }
  const { port } = await door.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  workspace.setBotUrl(`${url}/slack/events`);
  return {
    ...{ workspace, chat, store, desk, courier, logged, url },
    people: new WorkspaceClient(workspace.url),
    /** After everything that was sent is carried out; takes no more. */
    done,
    async close() {
      await done();
      await courier.close();
      await opened.close();
      await workspace.close();
    },
  };
}
export type ASlack = Awaited<ReturnType<typeof aSlack>>;

export interface Sent {
  readonly status: number;
  readonly text: string;
}

/** Sends what Slack would: signed, now, unless told otherwise. */
export async function send(
  { url, workspace }: Pick<ASlack, 'url' | 'workspace'>,
  body: string,
  change: { secret?: string; secondsOff?: number; headers?: Record<string, string>; type?: string } = {},
): Promise<Sent> {
  const stamp = String(Math.floor(Date.now() / 1000) + (change.secondsOff ?? 0));
  const mac = createHmac('sha256', change.secret ?? workspace.signingSecret)
    .update(`v0:${stamp}:${body}`)
    .digest('hex');
  const response = await fetch(`${url}/slack/events`, {
    method: 'POST',
    headers: {
      'content-type': change.type ?? 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': stamp,
      'x-slack-signature': `v0=${mac}`,
      ...change.headers,
    },
    body,
  });
  return { status: response.status, text: await response.text() };
}

/** A slash command as Slack sends it. */
export function aCommand(text: string, trigger = 't1', responseUrl = 'http://127.0.0.1:9/gone'): string {
  return new URLSearchParams({
    command: '/kthw',
    text,
    trigger_id: trigger,
    team_id: 'T1',
    user_id: 'U1',
    channel_id: 'C1',
    response_url: responseUrl,
  }).toString();
}
