import { z } from 'zod';

const user = z.looseObject({ id: z.string(), team_id: z.string().optional() });
const team = z.looseObject({ id: z.string() }).nullish();

const option = z.looseObject({ value: z.string() });
const field = z.looseObject({
  value: z.string().nullish(),
  selected_option: option.nullish(),
  selected_options: z.array(option).nullish(),
  selected_conversation: z.string().nullish(),
});
const view = z.looseObject({
  id: z.string(),
  callback_id: z.string(),
  private_metadata: z.string(),
  state: z.looseObject({ values: z.record(z.string(), z.record(z.string(), field)) }),
});
const action = z.looseObject({ type: z.string(), action_id: z.string(), block_id: z.string() });

/** The requests that kthw handles, with the fields that Bolt and the listeners read before the acknowledgement. */
export const slackRequestSchema = z.union([
  z.looseObject({
    command: z.string(),
    text: z.string(),
    team_id: z.string(),
    user_id: z.string(),
    channel_id: z.string(),
    trigger_id: z.string(),
    response_url: z.string(),
  }),
  z.looseObject({
    type: z.literal('block_actions'),
    user,
    team,
    trigger_id: z.string(),
    actions: z.array(action).min(1),
    view: z.looseObject({ id: z.string() }).nullish(),
  }),
  z.looseObject({ type: z.literal('view_submission'), user, team, view }),
  z.looseObject({ type: z.literal('event_callback'), event: z.looseObject({ type: z.string() }) }),
  z.looseObject({ type: z.literal('url_verification'), challenge: z.string() }),
  z.looseObject({ ssl_check: z.literal('1') }),
]);
