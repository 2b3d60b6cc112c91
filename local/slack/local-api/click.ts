import { findElements } from '../blocks/find-elements.ts';
import { parseBody } from '../bot/parse-body.ts';
import { interactionFields } from '../bot/payload.ts';
import type { Channel, Message } from '../model/conversation.ts';
import type { Person } from '../model/person.ts';
import type { Block, View } from '../model/view.ts';
import { presentMessage } from '../to-api-message.ts';
import { presentView } from '../to-api-view.ts';
import type { Workspace } from '../workspace.ts';
import type { Ack } from './ack.ts';
import { PersonError } from './find-person.ts';
import { type Entered, elementValue, viewValues } from './view-values.ts';

/** Which element a person acts on, and with what. */
export interface Click {
  actionId: string;
  blockId?: string | undefined;
  /** For a select, checkboxes and the like: what is chosen. For a button: tells apart two with the same id. */
  value?: string | readonly string[] | undefined;
}

/** Acts on an element of a message. @throws {PersonError} when the message has no such element */
export async function clickInMessage(
  workspace: Workspace,
  person: Person,
  where: { channel: Channel; message: Message },
  click: Click,
): Promise<Ack> {
  const { team, baseUrl, responseUrls } = workspace;
  const { channel, message } = where;
  const { blockId, action } = act(workspace, message.blocks ?? [], click);
  const isEphemeral = message.visibleTo !== undefined;
  const thread = message.threadTs;
  const base = { channel: channel.id, user: person.id, message: message.ts };
  const path = responseUrls.give(team.data.team.id, { ...base, ...(thread && { threadTs: thread }) });
  return send(workspace, {
    type: 'block_actions',
    ...interactionFields(workspace, person),
    container: {
      ...{ type: 'message', message_ts: message.ts, channel_id: channel.id, is_ephemeral: isEphemeral },
      ...(thread && { thread_ts: thread }),
    },
    channel: { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name },
    // The payload of an ephemeral message does not carry the message.
    ...(!isEphemeral && { message: presentMessage(team, message) }),
    state: { values: action.type === 'button' ? {} : { [blockId]: { [click.actionId]: action } } },
    response_url: baseUrl + path,
    actions: [action],
  });
}

/** Acts on an element of a modal or a Home tab. @throws {PersonError} when the view has no such element */
export function clickInView(
  workspace: Workspace,
  person: Person,
  where: { view: View; entered: Entered },
  click: Click,
): Promise<Ack> {
  const { view, entered } = where;
  const { action } = act(workspace, view.blocks, click);
  return send(workspace, {
    type: 'block_actions',
    ...interactionFields(workspace, person),
    container: { type: 'view', view_id: view.id },
    view: presentView(workspace.team, view, viewValues(view.blocks, entered)),
    actions: [action],
  });
}

function act(workspace: Workspace, blocks: readonly Block[], click: Click) {
  const named = findElements(blocks).filter(
    ({ element, blockId }) => element.action_id === click.actionId && (click.blockId ?? blockId) === blockId,
  );
  const found = named.find(({ element }) => element.value === click.value) ?? named[0];
  if (!found) throw new PersonError(`clicking "${click.actionId}": there is no such element`);
  const { blockId, element } = found;
  const base = { action_id: element.action_id, block_id: blockId, action_ts: workspace.team.nextTs() };
  if (element.type !== 'button')
    return { blockId, action: { ...base, ...elementValue(element, click.value), type: element.type } };
  const { type, text, value, style, url } = element;
  const action = { ...base, type, text, ...(value !== undefined && { value }), ...(style !== undefined && { style }) };
  return { blockId, action: { ...action, ...(url !== undefined && { url }) } };
}

async function send(workspace: Workspace, payload: object): Promise<Ack> {
  const sent = await workspace.bot.interaction(payload);
  if (sent.ok) return { ok: true, status: sent.status, body: parseBody(sent) };
  return { ok: false, error: sent.error, ...(sent.status !== undefined && { status: sent.status }) };
}
