import { getMethods, type MethodDescriptor } from './descriptors.ts';

export interface MethodMatch {
  readonly method: MethodDescriptor;
  /** The path's parameters by the descriptor's name: `project`, `zone`, `forwarding_rule`. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

let methodIndex: Map<string, MethodDescriptor[]> | undefined;

/** The method that a request means; undefined when Compute Engine v1 has none such. `path` without the query. */
export function findMethod(verb: string, path: string): MethodMatch | undefined {
  const parts = decodePath(path);
  methodIndex ??= Map.groupBy(getMethods(), (method) => `${method.verb} ${method.segments.length}`);
  const candidates = (methodIndex.get(`${verb} ${parts.length}`) ?? []).filter((method) => isPathMatch(method, parts));
  // `images/family/{family}` goes before `images/{resource}/getIamPolicy`: the word first, then the parameter.
  const [method] = candidates.sort((a, b) => computeSpecificity(a).localeCompare(computeSpecificity(b)));
  if (method === undefined) return undefined;
  const pairs = method.segments.flatMap((segment, at) =>
    segment.startsWith('{') ? [[segment.slice(1, -1), parts[at] ?? '']] : [],
  );
  return { method, pathParameters: Object.fromEntries(pairs) };
}

function isPathMatch(method: MethodDescriptor, parts: readonly string[]): boolean {
  return method.segments.every((segment, at) => segment.startsWith('{') || segment === parts[at]);
}

function computeSpecificity(method: MethodDescriptor): string {
  return method.segments.map((segment) => (segment.startsWith('{') ? '1' : '0')).join('');
}

/** Undecodable parts make a path that no method has. */
function decodePath(path: string): readonly string[] {
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return [];
  }
}
