import { type Store, StoreUnavailable } from '../../store/store.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import type { Message } from '../messages/blocks.ts';
import {
  renderChartUnavailable,
  renderDenial,
  renderDenialModal,
  renderDmUnavailable,
  renderStoreUnavailable,
  renderUnexpectedError,
} from '../messages/index.ts';
import { type ChartImage, type Chat, ChatError, type ViewRef } from '../slack/chat.ts';
import { markRequestProcessed } from '../slack/processed-requests.ts';
import type { CommandDeps, CommandReply, ModalContent, Permission, ReplaceMode } from './command.ts';
import type { RequestOrigin } from './route.ts';

/** Shows a message to the requester only. */
export type Responder = (message: Message, replaces: ReplaceMode) => Promise<void>;

interface AcknowledgedRequest {
  /** Idempotency key: equal for Slack's retries of a request. */
  readonly id: string;
  readonly origin: RequestOrigin;
  readonly permission: Permission;
  readonly execute: (deps: CommandDeps) => Promise<CommandReply>;
  readonly respond: Responder;
}

export interface RequestHandlerDeps {
  readonly store: Store;
  readonly commandDeps: CommandDeps;
  readonly chat: Chat;
  readonly authorize: Authorizer;
  readonly now: () => Date;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/**
 * Handles every command, button, modal and mention that has an effect: deduplicates, authorizes, executes and replies.
 */
export async function handleRequest(request: AcknowledgedRequest, deps: RequestHandlerDeps): Promise<void> {
  const { id, origin, permission } = request;
  try {
    if (!(await markRequestProcessed(deps.store, id, deps.now()))) return;
    const denial = await deps.authorize(origin.requester, origin.channel, permission);
    if (denial) {
      deps.log({ request: id, requester: origin.requester, reason: denial.reason }, 'request denied');
      return await showReply({ message: renderDenial(denial) }, request, deps);
    }
    const reply = await request.execute(deps.commandDeps);
    await showReply('file' in reply ? await sendFile(reply, origin, deps) : reply, request, deps);
    if ('renderChart' in reply && reply.renderChart) await sendChart(reply.renderChart, request, deps);
  } catch (error) {
    deps.log({ request: id, error }, 'handling a request failed');
    await showReply(
      { message: error instanceof StoreUnavailable ? renderStoreUnavailable() : renderUnexpectedError('That') },
      request,
      deps,
    );
  }
}

/** Opens a modal without authorization: opening has no effect, and the trigger expires after 3 s. */
export async function openModal(
  triggerId: string,
  content: ModalContent,
  request: ReplyTarget,
  deps: RequestHandlerDeps,
): Promise<void> {
  try {
    const viewRef = await deps.chat.openView(triggerId, content.view);
    if (content.placeholderMessage)
      await showReply({ message: content.placeholderMessage, replaceOriginal: true }, request, deps);
    await loadModal(viewRef, content, request, deps);
  } catch (error) {
    deps.log({ request: request.id, error }, 'opening a modal failed');
    await showReply({ message: renderUnexpectedError('Opening the dialog') }, request, deps);
  }
}

export async function updateModal(
  viewId: string,
  content: ModalContent,
  request: Pick<AcknowledgedRequest, 'id' | 'origin'>,
  deps: RequestHandlerDeps,
): Promise<void> {
  try {
    await loadModal(await deps.chat.updateView({ id: viewId }, content.view), content, request, deps);
  } catch (error) {
    deps.log({ request: request.id, error }, 'updating a modal failed');
  }
}

/** Replaces the modal by a denial or by loaded data. On errors, the open modal stays usable. */
async function loadModal(
  viewRef: ViewRef,
  { access, loadView }: ModalContent,
  { id, origin }: Pick<AcknowledgedRequest, 'id' | 'origin'>,
  deps: RequestHandlerDeps,
): Promise<void> {
  try {
    const denial = access && (await deps.authorize(origin.requester, access.channel, access.permission));
    if (denial) await deps.chat.updateView(viewRef, renderDenialModal(denial));
    else if (loadView) await deps.chat.updateView(viewRef, await loadView());
  } catch (error) {
    // The user closed or changed it in the meantime.
    const isClosedOrChanged =
      error instanceof ChatError && (error.reason === 'not_found' || error.reason === 'hash_conflict');
    if (!isClosedOrChanged) deps.log({ request: id, error }, 'loading a modal failed');
  }
}

type ReplyTarget = Pick<AcknowledgedRequest, 'id' | 'origin' | 'respond'>;

/** Sends a file to the requester by DM and returns the reply to show. */
async function sendFile(
  reply: Extract<CommandReply, { file: unknown }>,
  { requester }: RequestOrigin,
  { chat, log }: RequestHandlerDeps,
): Promise<{ readonly message: Message }> {
  try {
    const dmChannel = await chat.openDm(requester.user);
    await chat.uploadFile(dmChannel, { name: reply.filename, content: reply.file, comment: reply.comment });
    return { message: reply.message };
  } catch (error) {
    log({ error }, 'sending a file by DM failed');
    return { message: renderDmUnavailable() };
  }
}

/** Sends a chart by DM. On errors, an additional reply says so. */
async function sendChart(
  renderChart: () => Promise<ChartImage | undefined>,
  request: AcknowledgedRequest,
  deps: RequestHandlerDeps,
): Promise<void> {
  try {
    const chart = await renderChart();
    if (chart) await deps.chat.uploadImage(await deps.chat.openDm(request.origin.requester.user), chart);
  } catch (error) {
    deps.log({ request: request.id, error }, 'sending a chart failed');
    await showReply({ message: renderChartUnavailable() }, request, deps);
  }
}

/** Replies to the request's own response URL, or else by an ephemeral message, or else by DM. */
async function showReply(
  { message, replaceOriginal = false }: { readonly message: Message; readonly replaceOriginal?: ReplaceMode },
  { id, origin: { requester, channel }, respond }: ReplyTarget,
  { chat, log }: Pick<RequestHandlerDeps, 'chat' | 'log'>,
): Promise<void> {
  const attempts = [
    () => respond(message, replaceOriginal),
    () => chat.postEphemeral(channel, requester.user, message),
    async () => void (await chat.postMessage(await chat.openDm(requester.user), message)),
  ];
  for (const attempt of attempts) {
    try {
      return await attempt();
    } catch (error) {
      log({ request: id, error }, 'replying to a request failed');
    }
  }
}
