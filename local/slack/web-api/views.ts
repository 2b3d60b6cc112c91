import { z } from 'zod';
import { checkView } from '../blocks/validate-blocks.ts';
import { viewLimits } from '../blocks/view-schema.ts';
import type { View } from '../model/view.ts';
import { presentView } from '../to-api-view.ts';
import { homeView, type ViewDraft } from '../view-stacks.ts';
import type { Workspace } from '../workspace.ts';
import { args } from './arguments.ts';
import { find } from './find.ts';
import { ApiError, defineMethod } from './method.ts';

const opening = z.object({ trigger_id: args.text, view: args.json });

const open = defineMethod({
  name: 'views.open',
  tier: 4,
  args: opening,
  run(workspace, given) {
    const draft = readView(workspace, given.view, 'modal');
    return { view: presentView(workspace.team, workspace.views.open(exchange(workspace, given.trigger_id), draft)) };
  },
});

const push = defineMethod({
  name: 'views.push',
  tier: 4,
  args: opening,
  run(workspace, given) {
    const draft = readView(workspace, given.view, 'modal');
    const user = exchange(workspace, given.trigger_id);
    if (workspace.views.stack(user).length === 0) throw new ApiError('not_found');
    const view = workspace.views.push(user, draft);
    if (!view) throw new ApiError('push_limit_reached');
    return { view: presentView(workspace.team, view) };
  },
});

const update = defineMethod({
  name: 'views.update',
  tier: 4,
  args: z.object({
    view_id: args.text.optional(),
    external_id: args.text.optional(),
    hash: args.text.optional(),
    view: args.json,
  }),
  run(workspace, given) {
    const { team, views } = workspace;
    const is = (view: View) =>
      given.view_id ? view.id === given.view_id : view.external_id !== '' && view.external_id === given.external_id;
    const home = Object.values(team.data.homes).find(is);
    const old = views.find(is) ?? home;
    if (!old) throw new ApiError('not_found');
    if (given.hash !== undefined && given.hash !== old.hash) throw new ApiError('hash_conflict');
    const draft = readView(workspace, given.view, old.type, old);
    return {
      view: presentView(team, old === home ? publishHome(workspace, old.user, draft) : views.update(old, draft)),
    };
  },
});

const publish = defineMethod({
  name: 'views.publish',
  tier: 4,
  args: z.object({ user_id: args.text, hash: args.text.optional(), view: args.json }),
  run(workspace, given) {
    const user = find.person(workspace, given.user_id).id;
    const old = workspace.team.data.homes[user];
    if (given.hash !== undefined && given.hash !== old?.hash) throw new ApiError('hash_conflict');
    const draft = readView(workspace, given.view, 'home', old);
    return { view: presentView(workspace.team, publishHome(workspace, user, draft)) };
  },
});

/** The methods `views.*`. */
export const views = [open, push, update, publish];

function publishHome({ team, changes }: Workspace, user: string, draft: ViewDraft): View {
  const view = homeView(user, draft);
  team.data.homes[user] = view;
  changes.tell({ kind: 'home', user }, (one) => one === user);
  return view;
}

/** Spends a trigger. It comes after the view was checked, so that a view that is refused costs nothing. */
function exchange({ triggers }: Workspace, id: string): string {
  const found = triggers.exchange(id);
  if ('error' in found) throw new ApiError(found.error);
  return found.user;
}

function readView(workspace: Workspace, given: unknown, type: 'modal' | 'home', old?: View): ViewDraft {
  if (Buffer.byteLength(JSON.stringify(given) ?? '') > viewLimits.bytes) throw new ApiError('view_too_large');
  const wrong = checkView(given);
  if (wrong.length > 0) throw new ApiError('invalid_arguments', wrong);
  const draft = given as ViewDraft;
  if (draft.type !== type)
    throw new ApiError('invalid_arguments', [`must be one of: ${type} [json-pointer:/view/type]`]);
  const external = draft.external_id;
  const taken = external && workspace.views.find((one) => one.external_id === external && one.id !== old?.id);
  if (taken) throw new ApiError('duplicate_external_id');
  return draft;
}
