import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, type RespondFn } from '@slack/bolt';
import { type Acting, act } from './act.ts';
import type { Message } from './command.ts';
import { freshOnly } from './fresh-request.ts';
import { type Asker, type Route, route, routeButton } from './router.ts';
import { forgetOld } from './seen.ts';
import { clientOptions, type SlackAccount } from './slack-client.ts';
import { slackLog } from './slack-log.ts';

export interface SlackOptions extends SlackAccount, Acting {
  readonly signingSecret: string;
  /** Other paths on the same port: health, warm-up, the dispatcher's. */
  readonly routes?: readonly HttpRoute[];
}

export interface HttpRoute {
  /** May hold `:name` parts; they are in `request.params`. */
  readonly path: string;
  readonly method: string | string[];
  readonly handler: (
    request: IncomingMessage & { params?: Partial<Record<string, string | string[]>> },
    response: ServerResponse,
  ) => void;
}

export interface SlackDoor {
  /** @param port 0: the system picks one */
  listen(port: number, host?: string): Promise<AddressInfo>;
  /** After the requests that are under way. */
  close(): Promise<void>;
}

const endpoint = '/slack/events';
const slashCommand = '/kthw';

/**
 * Takes what Slack sends: signed, fresh, acknowledged at once, acted on once. Nothing on this path asks Slack, the store
 * or the engine for anything before the acknowledgement is out.
 */
export function openSlack(options: SlackOptions): SlackDoor {
  const { signingSecret, token, routes = [], now, log, tools, chat, store } = options;
  const logger = slackLog((message) => log({ of: 'slack' }, message));
  const customRoutes = routes.map((one) => ({ ...one }));
  const receiver = new HTTPReceiver({ signingSecret, endpoints: [endpoint], customRoutes, logger });
  receiver.requestListener = freshOnly(receiver.requestListener, [endpoint], now);
  // With a token Bolt would first ask Slack who it is, and take no command while Slack does not answer.
  const app = new App({
    receiver,
    authorize: async () => ({ botToken: token }),
    clientOptions: clientOptions(options),
    convoStore: false,
    logger,
  });
  const pending = new Set<Promise<void>>();

  /** Goes on after the acknowledgement, without holding the request. */
  function goOn(
    id: string,
    asker: Asker,
    routed: Route,
    say: (message: Message, replaces: boolean) => Promise<void>,
  ): void {
    const later = 'now' in routed ? async () => routed.now : routed.later;
    const work = act({ id, asker, later, say }, options).finally(() => pending.delete(work));
    pending.add(work);
  }

  app.command(slashCommand, async ({ command, ack, respond }) => {
    const asker = { by: { team: command.team_id, user: command.user_id }, channel: command.channel_id };
    const routed = route(command.text, asker, tools.defaults);
    if ('now' in routed) return await ack({ response_type: 'ephemeral', ...content(routed.now.shown) });
    await ack();
    goOn(`command ${command.trigger_id}`, asker, routed, by(respond));
  });

  app.action({ type: 'block_actions' }, async ({ body, action, ack, respond }) => {
    await ack();
    const asker = { by: { team: body.team?.id ?? '', user: body.user.id }, channel: body.channel?.id ?? '' };
    const routed = routeButton(action.action_id, 'value' in action ? action.value : undefined, asker);
    if (routed) goOn(`button ${body.trigger_id} ${action.action_id}`, asker, routed, by(respond));
  });

  app.event('app_mention', async ({ event, body }) => {
    const { user, channel, ts, thread_ts, text } = event;
    if (user === undefined) return;
    const asker = { by: { team: body.team_id, user }, channel };
    const routed = route(text.replace(/<@[A-Z0-9]+(\|[^>]*)?>/, ''), asker, tools.defaults);
    const thread = thread_ts ?? undefined;
    goOn(`event ${body.event_id || ts}`, asker, routed, (shown) => chat.whisper(channel, user, shown, thread));
  });

  app.error(async (error) => log({ error }, 'handling a request of Slack’s'));

  return {
    async listen(port, host) {
      const server = (await app.start({ port, ...(host === undefined ? {} : { host }) })) as Server;
      forgetOld(store, now()).catch((error: unknown) => log({ error }, 'forgetting old requests'));
      return server.address() as AddressInfo;
    },
    async close() {
      await app.stop();
      await Promise.all(pending);
    },
  };
}

function by(respond: RespondFn) {
  return async (shown: Message, replaces: boolean) => {
    await respond(
      replaces ? { replace_original: true, ...content(shown) } : { response_type: 'ephemeral', ...content(shown) },
    );
  };
}

function content({ text, blocks }: Message) {
  return { text, blocks: [...blocks] };
}
