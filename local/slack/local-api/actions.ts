import { z } from 'zod';
import { faultShape } from '../fault-injector.ts';
import type { Workspace } from '../workspace.ts';
import { clickInMessage, clickInView } from './click.ts';
import { asPerson, PersonError, visibleChannel } from './find-person.ts';
import { openHome, say } from './post-user-message.ts';
import { sendCommand } from './send-command.ts';
import { closeView, submitView } from './submit-view.ts';
import { verifyUrl } from './verify-url.ts';

interface Action {
  readonly shape: z.ZodType;
  run(workspace: Workspace, given: unknown): object | Promise<object>;
}

const as = { as: z.string() };
const inChannel = { ...as, channel: z.string() };
const entered = z.record(z.string(), z.unknown()).default({});

/** What can be asked with `POST /_local/NAME`. */
export const actions: Readonly<Record<string, Action>> = {
  say: action(
    z.object({ ...inChannel, text: z.string().trim().min(1).max(12_000), threadTs: z.string().optional() }),
    async (workspace, given) => {
      const person = asPerson(workspace, given.as);
      const said = { ...given, person, channel: visibleChannel(workspace, person, given.channel) };
      const isCommand = /^\/[a-z]/.test(given.text);
      return isCommand ? { ack: await sendCommand(workspace, said) } : { ts: say(workspace, said).ts };
    },
  ),
  click: action(
    z.object({
      ...as,
      channel: z.string().optional(),
      ts: z.string().optional(),
      viewId: z.string().optional(),
      actionId: z.string(),
      blockId: z.string().optional(),
      value: z.union([z.string(), z.array(z.string())]).optional(),
      values: entered,
    }),
    async (workspace, given) => {
      const person = asPerson(workspace, given.as);
      const { actionId, blockId, value } = given;
      const click = { actionId, blockId, value };
      if (given.viewId !== undefined) {
        const where = { view: findView(workspace, person.id, given.viewId), entered: given.values };
        return { ack: await clickInView(workspace, person, where, click) };
      }
      const channel = visibleChannel(workspace, person, given.channel ?? '');
      const message = workspace.team.messages(channel.id, person.id).find(({ ts }) => ts === given.ts);
      if (!message) throw new PersonError(`clicking "${actionId}": there is no message "${given.ts}" in this channel`);
      return { ack: await clickInMessage(workspace, person, { channel, message }, click) };
    },
  ),
  submit: action(z.object({ ...as, viewId: z.string(), values: entered }), async (workspace, given) => {
    const person = asPerson(workspace, given.as);
    return { ack: await submitView(workspace, person, findView(workspace, person.id, given.viewId), given.values) };
  }),
  close: action(z.object({ ...as, viewId: z.string(), all: z.boolean().default(false) }), async (workspace, given) => {
    const person = asPerson(workspace, given.as);
    await closeView(workspace, person, findView(workspace, person.id, given.viewId), given.all);
    return {};
  }),
  home: action(z.object(as), (workspace, given) => {
    openHome(workspace, asPerson(workspace, given.as));
    return {};
  }),
  read: action(z.object({ ...inChannel, ts: z.string() }), (workspace, given) => {
    const { team, changes } = workspace;
    const person = asPerson(workspace, given.as);
    const channel = visibleChannel(workspace, person, given.channel);
    const reads = team.data.reads[person.id] ?? {};
    team.data.reads[person.id] = reads;
    if (given.ts > (reads[channel.id] ?? '')) reads[channel.id] = given.ts;
    changes.tell({ kind: 'read', user: person.id, channel: channel.id }, (user) => user === person.id);
    return {};
  }),
  dm: action(z.object({ ...as, with: z.string() }), (workspace, given) => {
    const { team } = workspace;
    const other = team.data.people.find(({ id, name }) => id === given.with || name === given.with);
    if (!other) throw new PersonError(`opening a conversation with "${given.with}": there is no such person`);
    return { channel: team.directChannel(asPerson(workspace, given.as).id, other.id).channel.id };
  }),
  invite: action(z.object({ ...inChannel, user: z.string() }), (workspace, given) => {
    const { team } = workspace;
    const guest = team.data.people.find(({ id, name }) => id === given.user || name === given.user);
    if (!guest) throw new PersonError(`inviting "${given.user}": there is no such person`);
    team.join(visibleChannel(workspace, asPerson(workspace, given.as), given.channel), guest.id);
    return {};
  }),
  faults: action(z.array(faultShape), ({ faults }, given) => {
    faults.add(given);
    return { waiting: faults.list() };
  }),
  reset: action(z.object({}), ({ calls, faults }) => {
    calls.reset();
    faults.clear();
    return {};
  }),
  verify: action(z.object({}), verifyUrl),
};

function action<S extends z.ZodType>(
  shape: S,
  run: (workspace: Workspace, given: z.infer<S>) => object | Promise<object>,
): Action {
  return { shape, run: (workspace, given) => run(workspace, given as z.infer<S>) };
}

function findView({ views, team }: Workspace, user: string, id: string) {
  const home = team.data.homes[user];
  const view = views.stack(user).find((one) => one.id === id) ?? (home?.id === id ? home : undefined);
  if (view) return view;
  throw new PersonError(`using the view "${id}": it is not open`);
}
