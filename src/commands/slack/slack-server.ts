import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  App,
  type BlockAction,
  HTTPReceiver,
  type RespondFn,
  type SlackViewAction,
  type ViewOutput,
} from '@slack/bolt';
import { z } from 'zod';
import type { Person } from '../../store/events.ts';
import { openGuard } from '../authorization/authorizer.ts';
import { replyModal } from '../messages/reply-modal.ts';
import type { Message } from '../routing/command.ts';
import { type Acting, act, change, open, type Say } from '../routing/handle-request.ts';
import {
  type Asker,
  type Entered,
  type Opening,
  type Route,
  route,
  routeAlone,
  routeButton,
  routeChange,
  routeModal,
} from '../routing/router.ts';
import { openHome } from './home-tab.ts';
import { forgetOld } from './processed-requests.ts';
import { typedInto } from './read-view-state.ts';
import { freshOnly } from './reject-replays.ts';
import { clientOptions, type SlackAccount } from './slack-client.ts';
import { slackLog } from './slack-logger.ts';

export interface SlackOptions extends SlackAccount, Omit<Acting, 'guard'> {
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
  /** Runs have news: Home tabs that somebody looks at show it. */
  news(): void;
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
  const { desk, policy } = tools;
  const acting = { ...options, guard: openGuard({ policy, desk, chat, now, log }) };
  const home = openHome({ desk, chat, policy, guard: acting.guard, log });
  const atHome = { ...acting, guard: home.guard };
  const pending = new Set<Promise<void>>();

  /** Goes on after the acknowledgement, without holding the request. */
  function goOn(request: Asked, routed: Route | Opening, { trigger = '', a = acting }: Means = {}): void {
    track('opens' in routed ? open(trigger, routed.opens(tools), request, a) : carryOut(request, routed, a));
  }

  function track(going: Promise<void>): void {
    const work = going.finally(() => pending.delete(work));
    pending.add(work);
  }

  async function carryOut({ id, asker, say }: Asked, routed: Route, a: Acting): Promise<void> {
    if ('now' in routed) return await act({ id, asker, say, needs: 'look', later: async () => routed.now }, a);
    const { needs, later, channel = asker.channel } = routed;
    await act({ id, asker: { ...asker, channel }, say, needs, later }, a);
  }

  /** What came of a press is for the presser, where the button is; what everybody sees, the courier alone edits. */
  function wayBack(body: BlockAction, { by: who, channel }: Asker, respond: RespondFn): Say {
    const { view } = body;
    if (view?.type === 'home') return (shown) => home.answer(who, shown);
    if (view) {
      const modal = (shown: Message) => replyModal(view.title.text, shown, channel);
      return async (shown) => void (await chat.updateView({ id: view.id }, modal(shown)));
    }
    const { is_ephemeral: isTheirs, thread_ts: thread } = Container.parse(body.container);
    return async (shown, replaces) =>
      isTheirs || replaces === 'for-all'
        ? await by(respond)(shown, replaces)
        : await chat.whisper(channel, who.user, shown, thread);
  }

  app.command(slashCommand, async ({ command, ack, respond }) => {
    const asker = { by: { team: command.team_id, user: command.user_id }, channel: command.channel_id };
    const routed = routeAlone(command.text, asker) ?? route(command.text, asker, tools.defaults);
    if ('now' in routed) return await ack({ response_type: 'ephemeral', ...content(routed.now.shown) });
    await ack();
    const trigger = command.trigger_id;
    goOn({ id: `command ${trigger}`, asker, say: by(respond) }, routed, { trigger });
  });

  app.action({ type: 'block_actions' }, async ({ body, action, ack, respond }) => {
    await ack();
    const { trigger_id: trigger, view } = body;
    const asker = { by: pressedBy(body), channel: body.channel?.id ?? channelOf(view) };
    const changed = view && routeChange(enteredIn(view), action.block_id, tools);
    if (changed) return track(change(view.id, changed, { id: `change ${trigger}`, asker }, acting));
    const routed = routeButton(action.action_id, 'value' in action ? action.value : undefined, asker);
    if (!routed) return;
    const request = { id: `button ${trigger} ${action.action_id}`, asker, say: wayBack(body, asker, respond) };
    goOn(request, routed, { trigger, a: view?.type === 'home' ? atHome : acting });
  });

  app.view({ type: 'view_submission', callback_id: /^/ }, async ({ view, body, ack }) => {
    const person = pressedBy(body);
    const routed = routeModal(enteredIn(view), person, tools);
    if (routed && 'errors' in routed) return await ack({ response_action: 'errors', errors: { ...routed.errors } });
    await ack();
    if (!routed) return;
    const { channel, route: submitted } = routed;
    // A modal is submitted once: each opening of it has an id of its own.
    const say: Say = (shown) => chat.whisper(channel, person.user, shown);
    goOn({ id: `view ${view.id}`, asker: { by: person, channel }, say }, submitted);
  });

  app.event('app_mention', async ({ event, body }) => {
    const { user, channel, ts, thread_ts, text } = event;
    if (user === undefined) return;
    // In a channel that is shared with another team, the message says whose the person is.
    const asker = { by: { team: event.user_team ?? event.team ?? body.team_id, user }, channel };
    const said = text.replace(/<@[A-Z0-9]+(\|[^>]*)?>/, '');
    // A mention can't open anything.
    const alone = routeAlone(said, asker);
    const routed = alone ? { now: { shown: alone.without } } : route(said, asker, tools.defaults);
    const thread = thread_ts ?? undefined;
    const say: Say = (shown) => chat.whisper(channel, user, shown, thread);
    goOn({ id: `event ${body.event_id || ts}`, asker, say }, routed);
  });

  app.event('app_home_opened', async ({ event, body }) => {
    // The same event comes for the tab with the messages.
    if (event.tab === 'home') track(home.opened({ team: body.team_id, user: event.user }));
  });

  app.error(async (error) => log({ error }, 'handling a request of Slack’s'));

  return {
    async listen(port, host) {
      const server = (await app.start({ port, ...(host === undefined ? {} : { host }) })) as Server;
      forgetOld(store, now()).catch((error: unknown) => log({ error }, 'forgetting old requests'));
      return server.address() as AddressInfo;
    },
    news: () => home.news(),
    async close() {
      await app.stop();
      await Promise.all(pending);
      await home.close();
    },
  };
}

const Container = z.object({ is_ephemeral: z.boolean().optional(), thread_ts: z.string().optional() });

type Asked = Pick<Parameters<typeof act>[0], 'id' | 'asker' | 'say'>;
/** What Slack gave for opening a modal; whose rules hold. */
interface Means {
  readonly trigger?: string;
  readonly a?: Acting;
}

/** A view is in no channel: ours say for which one they are. */
function channelOf(view: ViewOutput | undefined): string {
  try {
    return z.object({ channel: z.string() }).parse(JSON.parse(view?.private_metadata ?? '')).channel;
  } catch {
    return '';
  }
}

function pressedBy({ user, team }: Pick<BlockAction | SlackViewAction, 'user' | 'team'>): Person {
  return { team: user.team_id ?? team?.id ?? '', user: user.id };
}

function enteredIn(view: ViewOutput): Entered {
  return { id: view.callback_id, metadata: view.private_metadata, typed: typedInto(view.state.values) };
}

function by(respond: RespondFn): Say {
  return async (shown, replaces) => {
    await respond(
      replaces ? { replace_original: true, ...content(shown) } : { response_type: 'ephemeral', ...content(shown) },
    );
  };
}

function content({ text, blocks }: Message) {
  return { text, blocks: [...blocks] };
}
