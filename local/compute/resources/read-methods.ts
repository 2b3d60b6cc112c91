import type { ApiCall, MethodHandler } from '../api/api-call.ts';
import { apiErrors } from '../api/api-error.ts';
import { compileFilter } from '../api/compile-filter.ts';
import type { JsonObject } from '../api/json.ts';
import { buildLink, type Scope, toResourcePath } from '../api/links.ts';
import { paginate } from '../api/paginate.ts';
import type { CloudState } from '../state/cloud-state.ts';
import type { ResourceBase } from '../state/entity.ts';
import type { Project } from '../state/project.ts';
import { listScopes } from './locations.ts';
import type { ResourceKind } from './resource-kind.ts';

/** Builds `get`, `list` and `aggregatedList` of a resource kind, by descriptor name. */
export function createReadMethods(kind: ResourceKind): Readonly<Record<string, MethodHandler>> {
  const rows = (project: Project, scope: Scope, cloud: CloudState) => listRows(kind, project, scope, cloud);
  return {
    [`${kind.service}.Get`]: (call) => {
      const found = rows(call.project, call.scope, call.cloud).find(({ name }) => name === call.name);
      if (found === undefined)
        throw apiErrors.notFound(
          toResourcePath(buildLink(call.project.id, ...getPathScopes(kind, call.scope), kind.collection, call.name)),
        );
      return found as unknown as JsonObject;
    },
    ...createListMethods(kind, rows),
  };
}

/** Builds list methods from a message type, a collection name and rows by scope. */
export function createListMethods(
  kind: Pick<ResourceKind, 'service' | 'collection' | 'message'> & Partial<Pick<ResourceKind, 'scope'>>,
  rows: (project: Project, scope: Scope, cloud: CloudState) => readonly object[],
): Readonly<Record<string, MethodHandler>> {
  return {
    [`${kind.service}.List`]: (call) => {
      const all = rows(call.project, call.scope, call.cloud).map((row) => toRow(row as JsonObject, ''));
      const page = paginate(filterRows(all, call, kind.message), call.query);
      const items = page.rows.map(({ resource }) => resource);
      return {
        kind: `compute#${kind.message[0]?.toLowerCase()}${kind.message.slice(1)}List`,
        ...buildListHeader(
          buildLink(call.project.id, ...getPathScopes(kind, call.scope), kind.collection),
          page.nextPageToken,
        ),
        ...(items.length === 0 ? {} : { items }),
      };
    },
    [`${kind.service}.AggregatedList`]: (call) => {
      const scopes = listScopes();
      const all = scopes.flatMap((scope) =>
        rows(call.project, scope, call.cloud).map((row) => toRow(row as JsonObject, scope)),
      );
      const page = paginate(filterRows(all, call, kind.message), call.query);
      const grouped = Map.groupBy(page.rows, (row) => row.scope);
      const items = scopes.map((scope) => {
        const found = grouped.get(scope)?.map(({ resource }) => resource);
        return [scope, found === undefined ? buildEmptyScope(scope) : { [kind.collection]: found }];
      });
      return {
        kind: `compute#${kind.message[0]?.toLowerCase()}${kind.message.slice(1)}AggregatedList`,
        ...buildListHeader(buildLink(call.project.id, 'aggregated', kind.collection), page.nextPageToken),
        items: Object.fromEntries(items) as JsonObject,
      };
    },
  };
}

/** Adds fields derived from other resources. */
export function renderResource<R extends ResourceBase>(kind: ResourceKind<R>, resource: R, project: Project): R {
  return { ...resource, ...kind.computeFields?.(resource, project) };
}

function listRows(kind: ResourceKind, project: Project, scope: Scope, cloud: CloudState): readonly ResourceBase[] {
  if (kind.listPredefined !== undefined) return kind.listPredefined(project, scope, cloud);
  return project
    .listByKind(kind)
    .filter((entity) => entity.scope === scope && entity.state !== 'pending')
    .map(({ resource }) => renderResource(kind, resource, project));
}

interface Row {
  readonly key: string;
  readonly scope: string;
  readonly resource: JsonObject;
}

function toRow(resource: JsonObject, scope: string): Row {
  return { key: `${scope}/${resource.name}`, scope, resource };
}

function filterRows(rows: readonly Row[], call: ApiCall, message: string): readonly Row[] {
  const filter = call.query.get('filter');
  if (filter === undefined || filter.trim() === '') return rows;
  const isMatch = compileFilter(filter, message);
  return rows.filter(({ resource }) => isMatch(resource));
}

function buildListHeader(link: string, nextPageToken: string | undefined): JsonObject {
  const id = toResourcePath(link);
  return { id, selfLink: link, ...(nextPageToken === undefined ? {} : { nextPageToken }) };
}

function buildEmptyScope(scope: string): JsonObject {
  return {
    warning: {
      code: 'NO_RESULTS_ON_PAGE',
      message: `There are no results for scope '${scope}' on this page.`,
      data: [{ key: 'scope', value: scope }],
    },
  };
}

function getPathScopes(kind: Partial<Pick<ResourceKind, 'scope'>>, scope: Scope): readonly Scope[] {
  return kind.scope === 'project' ? [] : [scope];
}
