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
import { createAuthorizer } from '../authorization/authorizer.ts';
import type { Message } from '../messages/blocks.ts';
import { renderDenial, renderReplyModal } from '../messages/index.ts';
import type { CommandDeps } from '../routing/command.ts';
import {
  handleRequest,
  openModal,
  type RequestHandlerDeps,
  type Responder,
  updateModal,
} from '../routing/handle-request.ts';
import type { ModalRoute, RequestOrigin, Route } from '../routing/route.ts';
import { routeButton } from '../routing/route-button.ts';
import { routeBareCommand, routeCommand } from '../routing/route-command.ts';
import { type ModalPayload, routeModalChange, routeModalSubmission } from '../routing/route-modal.ts';
import { getPerson, type SlackIdentity } from './get-person.ts';
import { createHomeTab } from './home-tab.ts';
import { deleteProcessedRequests } from './processed-requests.ts';
import { readViewState } from './read-view-state.ts';
import { buildClientOptions, type SlackCredentials } from './slack-client.ts';
import { createSlackLogger } from './slack-logger.ts';
import { verifyRequests } from './verify-requests.ts';

interface SlackServerOptions
  extends SlackCredentials,
    Omit<RequestHandlerDeps, 'authorize' | 'authorizeMember' | 'commandDeps'> {
  readonly commandDeps: Omit<CommandDeps, 'authorize'>;
  readonly signingSecret: string;
  /** Other paths on the same port: health, warm-up and the dispatcher. */
  readonly routes?: readonly HttpRoute[];
}

export interface HttpRoute {
  /** Can contain `:name` parts, which become `request.params`. */
  readonly path: string;
  readonly method: string | string[];
  readonly handler: (
    request: IncomingMessage & { params?: Partial<Record<string, string | string[]>> },
    response: ServerResponse,
  ) => void;
}

interface SlackServer {
  /** @param port 0: a free port */
  listen(port: number, host?: string): Promise<AddressInfo>;
  refreshHomeTabs(): void;
  /** Waits for pending requests. */
  close(): Promise<void>;
}

const eventsPath = '/slack/events';
const slashCommand = '/kthw';

/**
 * Receives Slack's requests: verifies signature and timestamp, acknowledges, then handles each request once. No handler
 * calls Slack, the store or the engine before the acknowledgement.
 */
export function createSlackServer(options: SlackServerOptions): SlackServer {
  const { signingSecret, token, routes = [], now, log, chat, store } = options;
  const logger = createSlackLogger((message) => log({ component: 'slack' }, message));
  const customRoutes = routes.map((one) => ({ ...one }));
  const receiver = new HTTPReceiver({
    signingSecret,
    endpoints: [eventsPath],
    customRoutes,
    logger,
    processEventErrorHandler: async ({ response }) => {
      if (!response.headersSent) response.writeHead(500).end();
      return false;
    },
  });
  const verification = { path: eventsPath, signingSecret, now, logger };
  receiver.requestListener = verifyRequests(receiver.requestListener, verification);
  // With a token, Bolt would call `auth.test` first and accept no command while Slack is unavailable.
  const app = new App({
    receiver,
    authorize: async () => ({ botToken: token }),
    clientOptions: buildClientOptions(options),
    convoStore: false,
    logger,
  });
  const { clusterService, policy } = options.commandDeps;
  const authorize = createAuthorizer({ policy, store: options.store, clusterService, chat, now, log });
  const commandDeps = { ...options.commandDeps, authorize };
  const homeTab = createHomeTab({
    clusterService,
    chat,
    policy,
    budgets: commandDeps.defaults.budgets,
    authorize,
    log,
  });
  const handlerDeps = { ...options, commandDeps, authorize, authorizeMember: homeTab.authorizeMember };
  const pending = new Set<Promise<void>>();

  /**
   * `denialRoute`: people of another organization are denied before anything else, unless it is listed.
   * @param channel of Slack's envelope; absent for the Home tab and modals
   */
  function identify(identity: SlackIdentity, channel = ''): { origin: RequestOrigin; denialRoute?: ImmediateRoute } {
    const { person, isForeign } = getPerson(identity);
    const origin = { requester: person, channel };
    if (!isForeign || policy.foreignTeams?.includes(person.team)) return { origin };
    return {
      origin,
      denialRoute: { immediateReply: { message: renderDenial({ reason: 'foreign-team' }) }, isDenial: true },
    };
  }

  /** Handles a route after the acknowledgement, outside the HTTP request. */
  function runInBackground(request: IncomingRequest, route: Route | ModalRoute, triggerId = ''): void {
    trackWork(
      'openModal' in route
        ? openModal(triggerId, route.openModal(commandDeps), { ...request, subject: route.subject }, handlerDeps)
        : executeRoute(request, route),
    );
  }

  function trackWork(promise: Promise<void>): void {
    const work = promise.finally(() => pending.delete(work));
    pending.add(work);
  }

  async function executeRoute(request: IncomingRequest, route: Route): Promise<void> {
    if (!('immediateReply' in route)) return await handleRequest({ ...request, ...route }, handlerDeps);
    const permission = route.isDenial || request.origin.channel === '' ? undefined : 'look';
    const execute = async () => route.immediateReply;
    await handleRequest({ ...request, permission, execute }, handlerDeps);
  }

  /** Shows the result of a click where the button is, to the user only. Only the notifier edits public messages. */
  function createButtonResponder(
    body: BlockAction,
    { requester, channel }: RequestOrigin,
    respond: RespondFn,
  ): Responder {
    const { view } = body;
    if (view?.type === 'home') return (message) => homeTab.showNotice(requester, message);
    if (view) {
      const modal = (message: Message) => renderReplyModal(view.title.text, message);
      return async (message) => void (await chat.updateView({ id: view.id }, modal(message)));
    }
    const { is_ephemeral: isEphemeral, thread_ts: thread } = Container.parse(body.container);
    return async (message, replaces) =>
      isEphemeral || replaces === 'for-all'
        ? await createUrlResponder(respond)(message, replaces)
        : await chat.postEphemeral(channel, requester.user, message, thread);
  }

  app.command(slashCommand, async ({ command, ack, respond }) => {
    const { team_id: workspace, enterprise_id: enterprise, user_id: user, channel_id: channel } = command;
    const { origin, denialRoute } = identify({ user, workspace, enterprise }, channel);
    const route =
      denialRoute ?? routeBareCommand(command.text, origin) ?? routeCommand(command.text, origin, commandDeps.defaults);
    if ('immediateReply' in route)
      return await ack({ response_type: 'ephemeral', ...toSlackContent(route.immediateReply.message) });
    await ack();
    const triggerId = command.trigger_id;
    runInBackground({ id: `command ${triggerId}`, origin, respond: createUrlResponder(respond) }, route, triggerId);
  });

  app.action({ type: 'block_actions' }, async ({ body, action, ack, respond }) => {
    await ack();
    const { trigger_id: triggerId, view } = body;
    const { origin, denialRoute } = identify(getIdentity(body), body.channel?.id);
    const viewId = view?.type === 'modal' ? view.id : undefined;
    const change = !denialRoute && view && routeModalChange(toModalPayload(view), action.block_id, commandDeps);
    if (change) {
      const changeRequest = { id: `change ${triggerId}`, origin, viewId, subject: change.subject };
      return trackWork(updateModal(view.id, change.openModal(commandDeps), changeRequest, handlerDeps));
    }
    const route = denialRoute ?? routeButton(action.action_id, 'value' in action ? action.value : undefined, origin);
    if (!route) return;
    const request = {
      id: `button ${triggerId} ${action.action_id}`,
      ...{ origin, viewId },
      respond: createButtonResponder(body, origin, respond),
    };
    runInBackground(request, route, triggerId);
  });

  app.view({ type: 'view_submission', callback_id: /^/ }, async ({ view, body, ack }) => {
    const { origin, denialRoute } = identify(getIdentity(body));
    const submission = denialRoute
      ? { route: denialRoute }
      : routeModalSubmission(toModalPayload(view), origin.requester, commandDeps);
    if (submission && 'errors' in submission)
      return await ack({ response_action: 'errors', errors: { ...submission.errors } });
    await ack();
    // Each opened modal has its own view id and is submitted once.
    if (submission) runInBackground({ id: `view ${view.id}`, origin, viewId: view.id }, submission.route);
  });

  app.event('app_mention', async ({ event, body }) => {
    const { user, channel, ts, thread_ts, text } = event;
    // A bot that repeats text from elsewhere must not create clusters.
    if (user === undefined || event.bot_id !== undefined || event.subtype === 'bot_message') return;
    const home = event.user_team ?? event.team;
    const { origin, denialRoute } = identify(
      { user, home, workspace: body.team_id, enterprise: body.enterprise_id },
      channel,
    );
    const commandText = text.replace(/<@[A-Z0-9]+(\|[^>]*)?>/, '');
    // A mention has no trigger id to open a modal with.
    const bareRoute = routeBareCommand(commandText, origin);
    const route =
      denialRoute ??
      (bareRoute
        ? { immediateReply: { message: bareRoute.fallbackMessage } }
        : routeCommand(commandText, origin, commandDeps.defaults));
    const thread = thread_ts ?? undefined;
    const respond: Responder = (message) => chat.postEphemeral(channel, user, message, thread);
    // The message identifies the request: an edit is a new event about the same message.
    runInBackground({ id: `mention ${channel} ${ts}`, origin, respond }, route);
  });

  app.event('app_home_opened', async ({ event, body }) => {
    // Slack also sends this event for the Messages tab.
    const { origin, denialRoute } = identify({
      user: event.user,
      workspace: body.team_id,
      enterprise: body.enterprise_id,
    });
    if (event.tab === 'home' && !denialRoute) trackWork(homeTab.handleOpen(origin.requester));
  });

  app.error(async (error) => {
    log({ error }, 'handling a request of Slack failed');
    // Otherwise Bolt would answer an unacknowledged request after 3 s.
    throw error;
  });

  return {
    async listen(port, host) {
      const server = (await app.start({ port, ...(host === undefined ? {} : { host }) })) as Server;
      deleteProcessedRequests(store, now()).catch((error: unknown) =>
        log({ error }, 'deleting records of old requests failed'),
      );
      return server.address() as AddressInfo;
    },
    refreshHomeTabs: () => homeTab.scheduleRefresh(),
    async close() {
      await app.stop();
      await Promise.all(pending);
      await homeTab.close();
    },
  };
}

type ImmediateRoute = Extract<Route, { immediateReply: unknown }>;

const Container = z.object({ is_ephemeral: z.boolean().optional(), thread_ts: z.string().optional() });

type IncomingRequest = Pick<Parameters<typeof handleRequest>[0], 'id' | 'origin' | 'viewId' | 'respond'>;

function getIdentity({ user, team, enterprise }: Pick<BlockAction | SlackViewAction, 'user' | 'team' | 'enterprise'>) {
  return { user: user.id, home: user.team_id, workspace: team?.id, enterprise: enterprise?.id ?? team?.enterprise_id };
}

function toModalPayload(view: ViewOutput): ModalPayload {
  return { id: view.callback_id, metadata: view.private_metadata, input: readViewState(view.state.values) };
}

function createUrlResponder(respond: RespondFn): Responder {
  return async (message, replaces) => {
    await respond(
      replaces
        ? { replace_original: true, ...toSlackContent(message) }
        : { response_type: 'ephemeral', ...toSlackContent(message) },
    );
  };
}

function toSlackContent({ text, blocks }: Message) {
  return { text, blocks: [...blocks] };
}
