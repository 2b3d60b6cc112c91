import { type Method, methods } from './descriptors.ts';

export interface Found {
  readonly method: Method;
  /** The path's parameters by the descriptor's name: `project`, `zone`, `forwarding_rule`. */
  readonly path: Readonly<Record<string, string>>;
}

let index: Map<string, Method[]> | undefined;

/** The method that a request means; undefined when Compute Engine v1 has none such. `path` without the query. */
export function findMethod(verb: string, path: string): Found | undefined {
  const parts = decoded(path);
  index ??= Map.groupBy(methods(), (method) => `${method.verb} ${method.segments.length}`);
  const fits = (index.get(`${verb} ${parts.length}`) ?? []).filter((method) => fit(method, parts));
  // `images/family/{family}` goes before `images/{resource}/getIamPolicy`: the word first, then the parameter.
  const [method] = fits.sort((a, b) => literals(a).localeCompare(literals(b)));
  if (method === undefined) return undefined;
  const pairs = method.segments.flatMap((segment, at) =>
    segment.startsWith('{') ? [[segment.slice(1, -1), parts[at] ?? '']] : [],
  );
  return { method, path: Object.fromEntries(pairs) };
}

function fit(method: Method, parts: readonly string[]): boolean {
  return method.segments.every((segment, at) => segment.startsWith('{') || segment === parts[at]);
}

function literals(method: Method): string {
  return method.segments.map((segment) => (segment.startsWith('{') ? '1' : '0')).join('');
}

/** Undecodable parts make a path that no method has. */
function decoded(path: string): readonly string[] {
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return [];
  }
}
