import { getMethods, type MethodDescriptor } from './descriptors.ts';

export interface MethodMatch {
  readonly method: MethodDescriptor;
  /** Path parameters by descriptor name: `project`, `zone`, `forwarding_rule`. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

let methodIndex: Map<string, MethodDescriptor[]> | undefined;

/** Finds the API method of a request; undefined if Compute Engine v1 has none. `path` excludes the query. */
export function findMethod(verb: string, path: string): MethodMatch | undefined {
  const parts = decodePath(path);
  methodIndex ??= Map.groupBy(getMethods(), (method) => `${method.verb} ${method.segments.length}`);
  const candidates = (methodIndex.get(`${verb} ${parts.length}`) ?? []).filter((method) => isPathMatch(method, parts));
  // Literal segments take precedence over parameters: `images/family/{family}` before
  // `images/{resource}/getIamPolicy`.
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

/** A path with invalid percent-encoding matches no method. */
function decodePath(path: string): readonly string[] {
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return [];
  }
}
