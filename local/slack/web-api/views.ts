import { z } from 'zod';
import { validateView } from '../blocks/validate-blocks.ts';
import { viewLimits } from '../blocks/view-schema.ts';
import type { View } from '../model/view.ts';
import { toApiView } from '../to-api-view.ts';
import { createHomeView, type ViewDraft } from '../view-stacks.ts';
import type { Workspace } from '../workspace.ts';
import { argSchemas } from './arguments.ts';
import { find } from './find.ts';
import { ApiError, defineMethod } from './method.ts';

const openArgs = z.object({ trigger_id: argSchemas.text, view: argSchemas.json });

const open = defineMethod({
  name: 'views.open',
  tier: 4,
  args: openArgs,
  run(workspace, params) {
    const draft = readView(workspace, params.view, 'modal');
    return {
      view: toApiView(workspace.team, workspace.views.open(exchangeTrigger(workspace, params.trigger_id), draft)),
    };
  },
});

const push = defineMethod({
  name: 'views.push',
  tier: 4,
  args: openArgs,
  run(workspace, params) {
    const draft = readView(workspace, params.view, 'modal');
    const user = exchangeTrigger(workspace, params.trigger_id);
    if (workspace.views.getStack(user).length === 0) throw new ApiError('not_found');
    const view = workspace.views.push(user, draft);
    if (!view) throw new ApiError('push_limit_reached');
    return { view: toApiView(workspace.team, view) };
  },
});

const update = defineMethod({
  name: 'views.update',
  tier: 4,
  args: z.object({
    view_id: argSchemas.text.optional(),
    external_id: argSchemas.text.optional(),
    hash: argSchemas.text.optional(),
    view: argSchemas.json,
  }),
  run(workspace, params) {
    const { team, views } = workspace;
    const isRequestedView = (view: View) =>
      params.view_id ? view.id === params.view_id : view.external_id !== '' && view.external_id === params.external_id;
    const home = Object.values(team.data.homes).find(isRequestedView);
    const current = views.find(isRequestedView) ?? home;
    if (!current) throw new ApiError('not_found');
    if (params.hash !== undefined && params.hash !== current.hash) throw new ApiError('hash_conflict');
    const draft = readView(workspace, params.view, current.type, current);
    return {
      view: toApiView(
        team,
        current === home ? publishHome(workspace, current.user, draft) : views.update(current, draft),
      ),
    };
  },
});

const publish = defineMethod({
  name: 'views.publish',
  tier: 4,
  args: z.object({ user_id: argSchemas.text, hash: argSchemas.text.optional(), view: argSchemas.json }),
  run(workspace, params) {
    const user = find.person(workspace, params.user_id).id;
    const current = workspace.team.data.homes[user];
    if (params.hash !== undefined && params.hash !== current?.hash) throw new ApiError('hash_conflict');
    const draft = readView(workspace, params.view, 'home', current);
    return { view: toApiView(workspace.team, publishHome(workspace, user, draft)) };
  },
});

/** The `views.*` methods. */
export const viewMethods = [open, push, update, publish];

function publishHome({ team, changes }: Workspace, user: string, draft: ViewDraft): View {
  const view = createHomeView(user, draft);
  team.data.homes[user] = view;
  changes.publish({ kind: 'home', user }, (one) => one === user);
  return view;
}

/** Consumes a trigger id. Call it after validation, so that a rejected view does not use it up. */
function exchangeTrigger({ triggers }: Workspace, id: string): string {
  const result = triggers.exchange(id);
  if ('error' in result) throw new ApiError(result.error);
  return result.user;
}

function readView(workspace: Workspace, value: unknown, type: 'modal' | 'home', current?: View): ViewDraft {
  if (Buffer.byteLength(JSON.stringify(value) ?? '') > viewLimits.bytes) throw new ApiError('view_too_large');
  const issues = validateView(value);
  if (issues.length > 0) throw new ApiError('invalid_arguments', issues);
  const draft = value as ViewDraft;
  if (draft.type !== type)
    throw new ApiError('invalid_arguments', [`must be one of: ${type} [json-pointer:/view/type]`]);
  const externalId = draft.external_id;
  const duplicate =
    externalId && workspace.views.find((one) => one.external_id === externalId && one.id !== current?.id);
  if (duplicate) throw new ApiError('duplicate_external_id');
  return draft;
}
