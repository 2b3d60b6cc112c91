import { z } from 'zod';
import { checkView } from '../blocks/validate-blocks.ts';
import { parseBody } from '../bot/parse-body.ts';
import { interactionFields } from '../bot/payload.ts';
import type { Person } from '../model/person.ts';
import type { View } from '../model/view.ts';
import { presentView } from '../to-api-view.ts';
import type { ViewDraft } from '../view-stacks.ts';
import type { Workspace } from '../workspace.ts';
import type { Ack } from './ack.ts';
import { missingFields } from './find-field-errors.ts';
import { type Entered, viewValues } from './view-values.ts';

const answerShape = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('update'), view: z.looseObject({}) }),
  z.object({ response_action: z.literal('push'), view: z.looseObject({}) }),
  z.object({ response_action: z.literal('clear') }),
]);

/** How a submission ended: besides the answer, what is wrong by block, when the modal stays open for that. */
export interface Submitted extends Ack {
  errors?: Record<string, string>;
}

/** Submits a modal, and does with it what the bot answers. */
export async function submitView(
  workspace: Workspace,
  person: Person,
  view: View,
  entered: Entered,
): Promise<Submitted> {
  const values = viewValues(view.blocks, entered);
  const missing = missingFields(view.blocks, values);
  if (Object.keys(missing).length > 0) return { ok: false, error: 'the modal is not complete', errors: missing };
  const sent = await workspace.bot.interaction({
    type: 'view_submission',
    ...interactionFields(workspace, person),
    view: presentView(workspace.team, view, values),
    response_urls: [],
  });
  if (!sent.ok) return { ok: false, error: sent.error, ...(sent.status !== undefined && { status: sent.status }) };
  const body = parseBody(sent);
  return { status: sent.status, body, ...follow(workspace, view, body) };
}

/** Closes a modal, or with `all` the whole stack. The bot is told if it asked to be. */
export async function closeView(workspace: Workspace, person: Person, view: View, all: boolean): Promise<void> {
  const { views, bot, team } = workspace;
  const cleared = all || view.clear_on_close;
  const closed = cleared ? [...views.stack(person.id)] : [view];
  if (cleared) views.clear(person.id);
  else views.close(view);
  for (const one of closed.filter(({ notify_on_close: notify }) => notify).reverse()) {
    const fields = interactionFields(workspace, person);
    await bot.interaction({ type: 'view_closed', ...fields, view: presentView(team, one), is_cleared: cleared });
  }
}

function follow({ views }: Workspace, view: View, body: unknown): Pick<Submitted, 'ok' | 'error' | 'errors'> {
  const isEmpty = body === '' || (typeof body === 'object' && body !== null && Object.keys(body).length === 0);
  if (isEmpty) {
    views.close(view);
    return { ok: true };
  }
  const read = answerShape.safeParse(body);
  if (!read.success) return { ok: false, error: 'invalid_response_action' };
  const answer = read.data;
  switch (answer.response_action) {
    case 'errors':
      return { ok: false, error: 'the bot found errors', errors: answer.errors };
    case 'clear':
      views.clear(view.user);
      return { ok: true };
    case 'update':
    case 'push': {
      const wrong = checkView(answer.view);
      if (wrong.length > 0) return { ok: false, error: `invalid_arguments: ${wrong.join('; ')}` };
      const draft = answer.view as unknown as ViewDraft;
      if (answer.response_action === 'update') views.update(view, draft);
      else if (!views.push(view.user, draft)) return { ok: false, error: 'push_limit_reached' };
      return { ok: true };
    }
    default:
      return answer satisfies never;
  }
}
