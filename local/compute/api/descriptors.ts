import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { httpHealthCheckMessages, httpHealthCheckMethods } from './http-health-check-descriptors.ts';

/** A field in the format of the client library's descriptors. */
export interface FieldDescriptor {
  readonly type: string;
  readonly rule?: string;
  readonly keyType?: string;
}
export interface MessageDescriptor {
  readonly name: string;
  readonly fields: Readonly<Record<string, FieldDescriptor>>;
  readonly nested?: Readonly<Record<string, RawTypeDescriptor>>;
}
/** An API method: `Firewalls.Insert` is POST on `/compute/v1/projects/{project}/global/firewalls`. */
export interface MethodDescriptor {
  readonly id: string;
  readonly verb: string;
  readonly template: string;
  readonly segments: readonly string[];
  /** Message name of the request body; undefined if there is no body. */
  readonly body: string | undefined;
  /** Query parameters and their types. */
  readonly query: Readonly<Record<string, string>>;
}

export interface RawTypeDescriptor {
  readonly fields?: Readonly<Record<string, FieldDescriptor>>;
  readonly values?: Readonly<Record<string, number>>;
  readonly nested?: Readonly<Record<string, RawTypeDescriptor>>;
  readonly methods?: Readonly<Record<string, RawMethodDescriptor>>;
}
interface RawMethodDescriptor {
  readonly requestType: string;
  readonly options: Readonly<Record<string, string>>;
}

let descriptors:
  | { types: Readonly<Record<string, RawTypeDescriptor>>; methods: readonly MethodDescriptor[] }
  | undefined;

/**
 * Methods of Compute Engine v1, from the descriptors shipped with `@google-cloud/compute`, plus the legacy HTTP health
 * checks, which the library lacks. Reads 12 MB of JSON once per process, on first use.
 */
export function getMethods(): readonly MethodDescriptor[] {
  return loadDescriptors().methods;
}

/** Resolves a message or enum name relative to the scope `within`. */
export function findType(
  name: string,
  parent?: MessageDescriptor,
): MessageDescriptor | ReadonlySet<string> | undefined {
  const raw = parent?.nested?.[name] ?? loadDescriptors().types[name];
  if (raw?.values !== undefined) return new Set(Object.keys(raw.values));
  if (raw?.fields === undefined) return undefined;
  return { name, fields: raw.fields, ...(raw.nested === undefined ? {} : { nested: raw.nested }) };
}

function loadDescriptors(): NonNullable<typeof descriptors> {
  if (descriptors !== undefined) return descriptors;
  const path = createRequire(import.meta.url).resolve('@google-cloud/compute/build/protos/protos.json');
  let at = JSON.parse(readFileSync(path, 'utf8')) as { nested: Record<string, typeof at> };
  for (const name of ['google', 'cloud', 'compute', 'v1']) {
    const next = at.nested[name];
    if (next === undefined) throw new Error(`reading ${path}: it has no google.cloud.compute.v1`);
    at = next;
  }
  const types = { ...(at.nested as Record<string, RawTypeDescriptor>), ...httpHealthCheckMessages };
  const found = Object.entries(types).flatMap(([service, { methods = {} }]) =>
    Object.entries(methods).map(([name, method]) => toMethodDescriptor(`${service}.${name}`, method, types)),
  );
  descriptors = { types, methods: [...found, ...httpHealthCheckMethods] };
  return descriptors;
}

function toMethodDescriptor(
  id: string,
  method: RawMethodDescriptor,
  types: Readonly<Record<string, RawTypeDescriptor>>,
): MethodDescriptor {
  const [verb, template] = httpVerbs.flatMap((name) => {
    const path = method.options[`(google.api.http).${name}`];
    return path === undefined ? [] : [name.toUpperCase(), path];
  }) as [string, string];
  const request = types[method.requestType]?.fields ?? {};
  const bodyField = method.options['(google.api.http).body'];
  const bodyName = bodyField === undefined ? undefined : toCamelCase(bodyField);
  const inPath = new Set(parsePathParameters(template));
  const query = Object.entries(request).filter(([name]) => name !== bodyName && !inPath.has(name));
  return {
    id,
    verb,
    template,
    segments: template.split('/').filter(Boolean),
    body: bodyName === undefined ? undefined : request[bodyName]?.type,
    query: Object.fromEntries(query.map(([name, field]) => [name, field.type])),
  };
}

const httpVerbs = ['get', 'post', 'delete', 'patch', 'put'];

function parsePathParameters(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => toCamelCase(name ?? ''));
}

function toCamelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
