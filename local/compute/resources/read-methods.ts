import type { Call, Handler } from '../api/api-call.ts';
import { refuse } from '../api/api-error.ts';
import { filterOf } from '../api/compile-filter.ts';
import type { JsonObject } from '../api/json.ts';
import { linkTo, pathOf, type Scope } from '../api/links.ts';
import { pageOf } from '../api/paginate.ts';
import type { World } from '../state/cloud-state.ts';
import type { Base } from '../state/entity.ts';
import type { Project } from '../state/project.ts';
import { allScopes } from './locations.ts';
import type { Kind } from './resource-kind.ts';

/** `get`, `list` and `aggregatedList` of a kind, by the descriptors' names. */
export function readers(kind: Kind): Readonly<Record<string, Handler>> {
  const rows = (project: Project, scope: Scope, world: World) => rowsOf(kind, project, scope, world);
  return {
    [`${kind.service}.Get`]: (call) => {
      const found = rows(call.project, call.scope, call.world).find(({ name }) => name === call.name);
      if (found === undefined)
        throw refuse.notFound(pathOf(linkTo(call.project.id, ...within(kind, call.scope), kind.collection, call.name)));
      return found as unknown as JsonObject;
    },
    ...listers(kind, rows),
  };
}

/** The lists of anything that has a message, a collection and rows by scope. */
export function listers(
  kind: Pick<Kind, 'service' | 'collection' | 'message'> & Partial<Pick<Kind, 'scope'>>,
  rows: (project: Project, scope: Scope, world: World) => readonly object[],
): Readonly<Record<string, Handler>> {
  return {
    [`${kind.service}.List`]: (call) => {
      const all = rows(call.project, call.scope, call.world).map((row) => keyed(row as JsonObject, ''));
      const page = pageOf(passing(all, call, kind.message), call.query);
      const items = page.rows.map(({ resource }) => resource);
      return {
        kind: `compute#${kind.message[0]?.toLowerCase()}${kind.message.slice(1)}List`,
        ...head(linkTo(call.project.id, ...within(kind, call.scope), kind.collection), page.nextPageToken),
        ...(items.length === 0 ? {} : { items }),
      };
    },
    [`${kind.service}.AggregatedList`]: (call) => {
      const scopes = allScopes();
      const all = scopes.flatMap((scope) =>
        rows(call.project, scope, call.world).map((row) => keyed(row as JsonObject, scope)),
      );
      const page = pageOf(passing(all, call, kind.message), call.query);
      const grouped = Map.groupBy(page.rows, (row) => row.scope);
      const items = scopes.map((scope) => {
        const found = grouped.get(scope)?.map(({ resource }) => resource);
        return [scope, found === undefined ? nothingIn(scope) : { [kind.collection]: found }];
      });
      return {
        kind: `compute#${kind.message[0]?.toLowerCase()}${kind.message.slice(1)}AggregatedList`,
        ...head(linkTo(call.project.id, 'aggregated', kind.collection), page.nextPageToken),
        items: Object.fromEntries(items) as JsonObject,
      };
    },
  };
}

/** A resource as it is shown, with what follows from others. */
export function shown<R extends Base>(kind: Kind<R>, resource: R, project: Project): R {
  return { ...resource, ...kind.view?.(resource, project) };
}

function rowsOf(kind: Kind, project: Project, scope: Scope, world: World): readonly Base[] {
  if (kind.catalogue !== undefined) return kind.catalogue(project, scope, world);
  return project
    .of(kind)
    .filter((entity) => entity.scope === scope && entity.state !== 'pending')
    .map(({ resource }) => shown(kind, resource, project));
}

interface Row {
  readonly key: string;
  readonly scope: string;
  readonly resource: JsonObject;
}

function keyed(resource: JsonObject, scope: string): Row {
  return { key: `${scope}/${resource.name}`, scope, resource };
}

function passing(rows: readonly Row[], call: Call, message: string): readonly Row[] {
  const filter = call.query.get('filter');
  if (filter === undefined || filter.trim() === '') return rows;
  const passes = filterOf(filter, message);
  return rows.filter(({ resource }) => passes(resource));
}

function head(link: string, nextPageToken: string | undefined): JsonObject {
  const id = pathOf(link);
  return { id, selfLink: link, ...(nextPageToken === undefined ? {} : { nextPageToken }) };
}

function nothingIn(scope: string): JsonObject {
  return {
    warning: {
      code: 'NO_RESULTS_ON_PAGE',
      message: `There are no results for scope '${scope}' on this page.`,
      data: [{ key: 'scope', value: scope }],
    },
  };
}

function within(kind: Partial<Pick<Kind, 'scope'>>, scope: Scope): readonly Scope[] {
  return kind.scope === 'project' ? [] : [scope];
}
