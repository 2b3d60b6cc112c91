import { setTimeout as pause } from 'node:timers/promises';
import type { ApiCall, MethodHandler } from '../api/api-call.ts';
import { apiErrors } from '../api/api-error.ts';
import { buildLink, toResourcePath } from '../api/links.ts';
import type { Operation } from '../state/operations.ts';
import { createListMethods } from './read-methods.ts';

/** Methods of zonal, regional and global operations. */
export const operationMethods: Readonly<Record<string, MethodHandler>> = Object.assign(
  {},
  ...['GlobalOperations', 'RegionOperations', 'ZoneOperations'].map((service) => ({
    ...createListMethods({ service, collection: 'operations', message: 'Operation' }, (project, scope) =>
      project.operations
        .list()
        .filter((operation) => operation.scope === scope)
        .map(({ resource }) => resource),
    ),
    [`${service}.Get`]: getOperation,
    [`${service}.Delete`]: (call: ApiCall) => {
      call.project.operations.remove(getOperation(call));
      return {};
    },
    [`${service}.Wait`]: waitForOperation,
  })),
);

/** @throws ApiError 404 */
function getOperation(call: ApiCall): Operation {
  const found = call.project.operations.find(call.scope, call.name);
  if (found === undefined)
    throw apiErrors.notFound(toResourcePath(buildLink(call.project.id, call.scope, 'operations', call.name)));
  return found;
}

/** As on Google: responds when the operation is done or the wait times out. */
async function waitForOperation(call: ApiCall): Promise<Operation> {
  const operation = getOperation(call);
  const timeout = new AbortController();
  const signal = AbortSignal.any([timeout.signal, call.signal]);
  await Promise.race([
    operation.done,
    pause(call.cloud.options.waitTimeoutMs, undefined, { signal }).catch(() => undefined),
  ]);
  timeout.abort();
  return operation;
}
