import { findElements } from '../blocks/find-elements.ts';
import { parseBody } from '../bot/parse-body.ts';
import { buildInteractionFields } from '../bot/payload.ts';
import type { Channel, Message } from '../model/conversation.ts';
import type { Person } from '../model/person.ts';
import type { Block, View } from '../model/view.ts';
import { toApiMessage } from '../to-api-message.ts';
import { toApiView } from '../to-api-view.ts';
import type { Workspace } from '../workspace.ts';
import type { Ack } from './ack.ts';
import { LocalApiError } from './find-person.ts';
import { buildElementValue, buildViewValues, type FormValues } from './view-values.ts';

/** The element and the value of a user's action. */
export interface Click {
  actionId: string;
  blockId?: string | undefined;
  /** For selects and checkboxes: the chosen value. For buttons: distinguishes two with equal action ids. */
  value?: string | readonly string[] | undefined;
}

/** Acts on an element of a message. @throws {LocalApiError} if the message has no such element */
export async function clickInMessage(
  workspace: Workspace,
  person: Person,
  target: { channel: Channel; message: Message },
  click: Click,
): Promise<Ack> {
  const { team, baseUrl, responseUrls } = workspace;
  const { channel, message } = target;
  const { blockId, action } = buildAction(workspace, message.blocks ?? [], click);
  const isEphemeral = message.visibleTo !== undefined;
  const thread = message.threadTs;
  const base = { channel: channel.id, user: person.id, message: message.ts };
  const path = responseUrls.issue(team.data.team.id, { ...base, ...(thread && { threadTs: thread }) });
  return sendInteraction(workspace, {
    type: 'block_actions',
    ...buildInteractionFields(workspace, person),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...(thread && { thread_ts: thread }),
    },
    channel: { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name },
    // Slack omits the message from payloads of ephemeral messages.
    ...(!isEphemeral && { message: toApiMessage(team, message) }),
    state: { values: action.type === 'button' ? {} : { [blockId]: { [click.actionId]: action } } },
    response_url: baseUrl + path,
    actions: [action],
  });
}

/** Acts on an element of a modal or Home tab. @throws {LocalApiError} if the view has no such element */
export function clickInView(
  workspace: Workspace,
  person: Person,
  target: { view: View; formValues: FormValues },
  click: Click,
): Promise<Ack> {
  const { view, formValues } = target;
  const { action } = buildAction(workspace, view.blocks, click);
  return sendInteraction(workspace, {
    type: 'block_actions',
    ...buildInteractionFields(workspace, person),
    container: { type: 'view', view_id: view.id },
    view: toApiView(workspace.team, view, buildViewValues(view.blocks, formValues)),
    actions: [action],
  });
}

function buildAction(workspace: Workspace, blocks: readonly Block[], click: Click) {
  const candidates = findElements(blocks).filter(
    ({ element, blockId }) => element.action_id === click.actionId && (click.blockId ?? blockId) === blockId,
  );
  const match = candidates.find(({ element }) => element.value === click.value) ?? candidates[0];
  if (!match) throw new LocalApiError(`element "${click.actionId}" not found`);
  const { blockId, element } = match;
  const base = { action_id: element.action_id, block_id: blockId, action_ts: workspace.team.nextTs() };
  if (element.type !== 'button')
    return { blockId, action: { ...base, ...buildElementValue(element, click.value), type: element.type } };
  const { type, text, value, style, url } = element;
  const action = { ...base, type, text, ...(value !== undefined && { value }), ...(style !== undefined && { style }) };
  return { blockId, action: { ...action, ...(url !== undefined && { url }) } };
}

async function sendInteraction(workspace: Workspace, payload: object): Promise<Ack> {
  const result = await workspace.bot.sendInteraction(payload);
  if (result.ok) return { ok: true, status: result.status, body: parseBody(result) };
  return { ok: false, error: result.error, ...(result.status !== undefined && { status: result.status }) };
}
