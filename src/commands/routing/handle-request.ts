import { type Store, StoreUnavailable } from '../../store/store.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import type { Denial } from '../authorization/find-denial.ts';
import { getAnyChannel } from '../authorization/policy.ts';
import type { Message } from '../messages/blocks.ts';
import {
  renderChartUnavailable,
  renderDenial,
  renderDenialModal,
  renderDmUnavailable,
  renderKubeconfigWithdrawnReply,
  renderStoreUnavailable,
  renderUnexpectedError,
} from '../messages/index.ts';
import { type ChartImage, type Chat, ChatError, type ViewRef } from '../slack/chat.ts';
import { markRequestProcessed } from '../slack/processed-requests.ts';
import { sendFile } from '../slack/send-file.ts';
import { recordViewChannel } from '../slack/view-channel.ts';
import type { CommandDeps, CommandReply, ModalContent, Permission, ReplaceMode } from './command.ts';
import { type RequestSubject, resolveChannel } from './resolve-channel.ts';
import type { RequestOrigin } from './route.ts';

/** Shows a message to the requester only. */
export type Responder = (message: Message, replaces: ReplaceMode) => Promise<void>;

interface AcknowledgedRequest {
  /** Idempotency key: equal for Slack's retries of a request. */
  readonly id: string;
  readonly origin: RequestOrigin;
  /** The modal of a submission or click. */
  readonly viewId?: string | undefined;
  /** Absent: the reply reveals nothing. */
  readonly permission?: Permission | undefined;
  readonly execute: (deps: CommandDeps, channel: string) => Promise<CommandReply>;
  readonly subject?: RequestSubject | undefined;
  readonly selectedChannel?: string | undefined;
  /** @default an ephemeral message in the channel in which the request acts */
  readonly respond?: Responder | undefined;
}

export interface RequestHandlerDeps {
  readonly store: Store;
  readonly commandDeps: CommandDeps;
  readonly chat: Chat;
  readonly authorize: Authorizer;
  /** For a person who made the request outside the channel in which it acts: also requires membership of an enabled channel. */
  readonly authorizeMember: Authorizer;
  readonly now: () => Date;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/**
 * Handles every command, button, modal and mention that has an effect: deduplicates, authorizes, executes and replies.
 */
export async function handleRequest(received: AcknowledgedRequest, deps: RequestHandlerDeps): Promise<void> {
  const { id, permission } = received;
  let request = received;
  try {
    if (!(await markRequestProcessed(deps.store, id, deps.now()))) return;
    const resolved = await resolveRequestChannel(received, deps);
    const origin = { ...received.origin, channel: resolved.channel };
    request = { ...received, origin };
    const denial = permission && (await authorizeChannel(request, resolved.isOrigin, permission, deps));
    if (denial) {
      deps.log({ request: id, requester: origin.requester, reason: denial.reason }, 'request denied');
      return await showReply({ message: renderDenial(denial) }, request, deps);
    }
    const reply = await request.execute(deps.commandDeps, origin.channel);
    await showReply('file' in reply ? await deliverFile(reply, origin, deps) : reply, request, deps);
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

/** The channel that the user selected counts only for a request that has no other. */
async function resolveRequestChannel(
  { origin: { channel }, viewId, subject, selectedChannel = '' }: AcknowledgedRequest,
  { store }: RequestHandlerDeps,
) {
  const resolved = await resolveChannel({ channel, viewId, subject }, store);
  return resolved.channel === '' ? { channel: selectedChannel, isOrigin: false } : resolved;
}

async function authorizeChannel(
  { origin: { requester, channel }, subject }: Pick<AcknowledgedRequest, 'origin' | 'subject'>,
  isOrigin: boolean,
  permission: Permission,
  { authorize, authorizeMember, commandDeps: { policy } }: RequestHandlerDeps,
): Promise<Denial | undefined> {
  if (channel === '') return { reason: 'channel', allowedChannels: policy.channels === 'all' ? [] : policy.channels };
  return await (isOrigin ? authorize : authorizeMember)(requester, channel, permission, subject);
}

/** Opens a modal without authorization: opening has no effect, and the trigger expires after 3 s. */
export async function openModal(
  triggerId: string,
  content: ModalContent,
  request: ReplyTarget & ModalRequest,
  deps: RequestHandlerDeps,
): Promise<void> {
  try {
    const viewRef = await deps.chat.openView(triggerId, content.view);
    const { channel } = request.origin;
    if (channel !== '') await recordViewChannel(deps.store, viewRef.id, channel, deps.now());
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
  request: ModalRequest,
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
  { permission, loadView }: ModalContent,
  { id, origin, viewId, subject }: ModalRequest,
  deps: RequestHandlerDeps,
): Promise<void> {
  try {
    const resolved = await resolveChannel({ channel: origin.channel, viewId, subject }, deps.store);
    // The Home tab's dialog for a new cluster has a channel only once it is submitted.
    const channel = resolved.channel || getAnyChannel(deps.commandDeps.policy);
    const authorize = resolved.isOrigin ? deps.authorize : deps.authorizeMember;
    const denial = permission && (await authorize(origin.requester, channel, permission, subject));
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
type ModalRequest = Pick<AcknowledgedRequest, 'id' | 'origin' | 'viewId' | 'subject'>;

/** Sends a file to the requester by DM and returns the reply to show. Withdraws a kubeconfig that could not be sent. */
async function deliverFile(
  reply: Extract<CommandReply, { file: unknown }>,
  { requester }: RequestOrigin,
  { chat, commandDeps: { clusterService }, log }: RequestHandlerDeps,
): Promise<{ readonly message: Message }> {
  try {
    await sendFile(requester.user, reply, { chat, clusterService });
    return { message: reply.message };
  } catch (error) {
    log({ error }, 'sending a file by DM failed');
    const { grant } = reply;
    if (!grant) return { message: renderDmUnavailable() };
    await clusterService
      .withdrawKubeconfig(grant.cluster, grant.id)
      .catch((cause: unknown) => log({ ...grant, error: cause }, 'withdrawing a kubeconfig failed'));
    return { message: renderKubeconfigWithdrawnReply(grant.cluster) };
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
    ...(respond ? [() => respond(message, replaceOriginal)] : []),
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
