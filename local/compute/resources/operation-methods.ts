import { setTimeout as pause } from 'node:timers/promises';
import type { Call, Handler } from '../api/api-call.ts';
import { refuse } from '../api/api-error.ts';
import { linkTo, pathOf } from '../api/links.ts';
import type { Operation } from '../state/operations.ts';
import { listers } from './read-methods.ts';

/** The operations of all three scopes. */
export const operations: Readonly<Record<string, Handler>> = Object.assign(
  {},
  ...['GlobalOperations', 'RegionOperations', 'ZoneOperations'].map((service) => ({
    ...listers({ service, collection: 'operations', message: 'Operation' }, (project, scope) =>
      project.operations
        .all()
        .filter((operation) => operation.scope === scope)
        .map(({ resource }) => resource),
    ),
    [`${service}.Get`]: find,
    [`${service}.Delete`]: (call: Call) => {
      call.project.operations.forget(find(call));
      return {};
    },
    [`${service}.Wait`]: wait,
  })),
);

/** @throws ApiError 404 */
function find(call: Call): Operation {
  const found = call.project.operations.find(call.scope, call.name);
  if (found === undefined) throw refuse.notFound(pathOf(linkTo(call.project.id, call.scope, 'operations', call.name)));
  return found;
}

/** As Google's: answers when it is done or when the time is up, whichever is first. */
async function wait(call: Call): Promise<Operation> {
  const operation = find(call);
  const enough = new AbortController();
  const signal = AbortSignal.any([enough.signal, call.signal]);
  await Promise.race([operation.done, pause(call.world.options.waitMs, undefined, { signal }).catch(() => undefined)]);
  enough.abort();
  return operation;
}
