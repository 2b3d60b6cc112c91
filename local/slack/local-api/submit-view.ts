import { z } from 'zod';
import { validateView } from '../blocks/validate-blocks.ts';
import { parseBody } from '../bot/parse-body.ts';
import { buildInteractionFields } from '../bot/payload.ts';
import type { Person } from '../model/person.ts';
import type { View } from '../model/view.ts';
import { toApiView } from '../to-api-view.ts';
import type { ViewDraft } from '../view-stacks.ts';
import type { Workspace } from '../workspace.ts';
import type { Ack } from './ack.ts';
import { findFieldErrors } from './find-field-errors.ts';
import { buildViewValues, type FormValues } from './view-values.ts';

const responseSchema = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('update'), view: z.looseObject({}) }),
  z.object({ response_action: z.literal('push'), view: z.looseObject({}) }),
  z.object({ response_action: z.literal('clear') }),
]);

/** The outcome of a submission: the acknowledgement, and errors by block id if the modal stays open. */
export interface SubmitResult extends Ack {
  errors?: Record<string, string>;
}

/** Submits a modal and applies the bot's response action. */
export async function submitView(
  workspace: Workspace,
  person: Person,
  view: View,
  formValues: FormValues,
): Promise<SubmitResult> {
  const values = buildViewValues(view.blocks, formValues);
  const fieldErrors = findFieldErrors(view.blocks, values);
  if (Object.keys(fieldErrors).length > 0)
    return { ok: false, error: 'the modal is not complete', errors: fieldErrors };
  const result = await workspace.bot.sendInteraction({
    type: 'view_submission',
    ...buildInteractionFields(workspace, person),
    view: toApiView(workspace.team, view, values),
    response_urls: [],
  });
  if (!result.ok)
    return { ok: false, error: result.error, ...(result.status !== undefined && { status: result.status }) };
  const body = parseBody(result);
  return { status: result.status, body, ...applyResponse(workspace, view, body) };
}

/** Closes a modal, or with `all` the whole stack. Sends `view_closed` if the view has `notify_on_close`. */
export async function closeView(workspace: Workspace, person: Person, view: View, all: boolean): Promise<void> {
  const { views, bot, team } = workspace;
  const isCleared = all || view.clear_on_close;
  const closed = isCleared ? [...views.getStack(person.id)] : [view];
  if (isCleared) views.clear(person.id);
  else views.close(view);
  for (const one of closed.filter(({ notify_on_close: notify }) => notify).reverse()) {
    const fields = buildInteractionFields(workspace, person);
    await bot.sendInteraction({ type: 'view_closed', ...fields, view: toApiView(team, one), is_cleared: isCleared });
  }
}

function applyResponse({ views }: Workspace, view: View, body: unknown): Pick<SubmitResult, 'ok' | 'error' | 'errors'> {
  const isEmpty = body === '' || (typeof body === 'object' && body !== null && Object.keys(body).length === 0);
  if (isEmpty) {
    views.close(view);
    return { ok: true };
  }
  const parsedBody = responseSchema.safeParse(body);
  if (!parsedBody.success) return { ok: false, error: 'invalid_response_action' };
  const response = parsedBody.data;
  switch (response.response_action) {
    case 'errors':
      return { ok: false, error: 'the bot found errors', errors: response.errors };
    case 'clear':
      views.clear(view.user);
      return { ok: true };
    case 'update':
    case 'push': {
      const issues = validateView(response.view);
      if (issues.length > 0) return { ok: false, error: `invalid_arguments: ${issues.join('; ')}` };
      const draft = response.view as unknown as ViewDraft;
      if (response.response_action === 'update') views.update(view, draft);
      else if (!views.push(view.user, draft)) return { ok: false, error: 'push_limit_reached' };
      return { ok: true };
    }
    default:
      return response satisfies never;
  }
}
