import { z } from 'zod';
import { faultSchema } from '../fault-injector.ts';
import type { Workspace } from '../workspace.ts';
import { clickInMessage, clickInView } from './click.ts';
import { findPerson, findVisibleChannel, LocalApiError } from './find-person.ts';
import { openHome, postUserMessage } from './post-user-message.ts';
import { sendCommand } from './send-command.ts';
import { closeView, submitView } from './submit-view.ts';
import { verifyUrl } from './verify-url.ts';

interface Action {
  readonly schema: z.ZodType;
  run(workspace: Workspace, input: unknown): object | Promise<object>;
}

const asArgs = { as: z.string() };
const channelArgs = { ...asArgs, channel: z.string() };
const formValuesSchema = z.record(z.string(), z.unknown()).default({});

/** The actions of `POST /_local/NAME`. */
export const actions: Readonly<Record<string, Action>> = {
  say: defineAction(
    z.object({ ...channelArgs, text: z.string().trim().min(1).max(12_000), threadTs: z.string().optional() }),
    async (workspace, input) => {
      const person = findPerson(workspace, input.as);
      const userMessage = { ...input, person, channel: findVisibleChannel(workspace, person, input.channel) };
      const isCommand = /^\/[a-z]/.test(input.text);
      return isCommand
        ? { ack: await sendCommand(workspace, userMessage) }
        : { ts: postUserMessage(workspace, userMessage).ts };
    },
  ),
  click: defineAction(
    z.object({
      ...asArgs,
      channel: z.string().optional(),
      ts: z.string().optional(),
      viewId: z.string().optional(),
      actionId: z.string(),
      blockId: z.string().optional(),
      value: z.union([z.string(), z.array(z.string())]).optional(),
      values: formValuesSchema,
    }),
    async (workspace, input) => {
      const person = findPerson(workspace, input.as);
      const { actionId, blockId, value } = input;
      const click = { actionId, blockId, value };
      if (input.viewId !== undefined) {
        const target = { view: findView(workspace, person.id, input.viewId), formValues: input.values };
        return { ack: await clickInView(workspace, person, target, click) };
      }
      const channel = findVisibleChannel(workspace, person, input.channel ?? '');
      const message = workspace.team.listMessages(channel.id, person.id).find(({ ts }) => ts === input.ts);
      if (!message) throw new LocalApiError(`message "${input.ts}" not found in this channel`);
      return { ack: await clickInMessage(workspace, person, { channel, message }, click) };
    },
  ),
  submit: defineAction(
    z.object({ ...asArgs, viewId: z.string(), values: formValuesSchema }),
    async (workspace, input) => {
      const person = findPerson(workspace, input.as);
      return { ack: await submitView(workspace, person, findView(workspace, person.id, input.viewId), input.values) };
    },
  ),
  close: defineAction(
    z.object({ ...asArgs, viewId: z.string(), all: z.boolean().default(false) }),
    async (workspace, input) => {
      const person = findPerson(workspace, input.as);
      await closeView(workspace, person, findView(workspace, person.id, input.viewId), input.all);
      return {};
    },
  ),
  home: defineAction(z.object(asArgs), (workspace, input) => {
    openHome(workspace, findPerson(workspace, input.as));
    return {};
  }),
  read: defineAction(z.object({ ...channelArgs, ts: z.string() }), (workspace, input) => {
    const { team, changes } = workspace;
    const person = findPerson(workspace, input.as);
    const channel = findVisibleChannel(workspace, person, input.channel);
    const reads = team.data.reads[person.id] ?? {};
    team.data.reads[person.id] = reads;
    if (input.ts > (reads[channel.id] ?? '')) reads[channel.id] = input.ts;
    changes.publish({ kind: 'read', user: person.id, channel: channel.id }, (user) => user === person.id);
    return {};
  }),
  dm: defineAction(z.object({ ...asArgs, with: z.string() }), (workspace, input) => {
    const { team } = workspace;
    const other = team.data.people.find(({ id, name }) => id === input.with || name === input.with);
    if (!other) throw new LocalApiError(`user "${input.with}" not found`);
    return { channel: team.openDm(findPerson(workspace, input.as).id, other.id).channel.id };
  }),
  invite: defineAction(z.object({ ...channelArgs, user: z.string() }), (workspace, input) => {
    const { team } = workspace;
    const invitee = team.data.people.find(({ id, name }) => id === input.user || name === input.user);
    if (!invitee) throw new LocalApiError(`user "${input.user}" not found`);
    team.addMember(findVisibleChannel(workspace, findPerson(workspace, input.as), input.channel), invitee.id);
    return {};
  }),
  faults: defineAction(z.array(faultSchema), ({ faults }, input) => {
    faults.add(input);
    return { pending: faults.list() };
  }),
  reset: defineAction(z.object({}), ({ calls, faults }) => {
    calls.reset();
    faults.clear();
    return {};
  }),
  verify: defineAction(z.object({}), verifyUrl),
};

function defineAction<S extends z.ZodType>(
  schema: S,
  run: (workspace: Workspace, input: z.infer<S>) => object | Promise<object>,
): Action {
  return { schema, run: (workspace, input) => run(workspace, input as z.infer<S>) };
}

function findView({ views, team }: Workspace, user: string, id: string) {
  const home = team.data.homes[user];
  const view = views.getStack(user).find((one) => one.id === id) ?? (home?.id === id ? home : undefined);
  if (view) return view;
  throw new LocalApiError(`view "${id}" is not open`);
}
