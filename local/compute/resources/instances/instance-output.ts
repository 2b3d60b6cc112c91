import type { ApiCall } from '../../api/api-call.ts';
import { ApiError, apiErrors } from '../../api/api-error.ts';
import type { JsonObject } from '../../api/json.ts';
import { publishedLimits } from '../../published-limits.ts';
import type { Entity } from '../../state/entity.ts';
import type { Instance } from './instances.ts';

const queryTimes = new WeakMap<Entity<Instance>, number[]>();
/** Instances whose attributes Google removed, because they were queried too often. */
const lostAttributes = new WeakSet<Entity<Instance>>();

function countQuery(entity: Entity<Instance>): void {
  const now = performance.now();
  const times = [...(queryTimes.get(entity) ?? []), now];
  const { value: limits } = publishedLimits.guestAttributeQueries;
  queryTimes.set(entity, times.slice(-Math.max(...limits.map(({ count }) => count))));
  const isExceeded = limits.some(({ count, perMs }) => times.filter((time) => time > now - perMs).length > count);
  if (isExceeded) lostAttributes.add(entity);
}

/** @throws ApiError 404 when the instance has no guest attribute at the path */
export function getGuestAttributes(call: ApiCall, entity: Entity<Instance>): JsonObject {
  const path = call.query.get('queryPath') ?? call.query.get('variableKey') ?? '';
  countQuery(entity);
  const attributes = lostAttributes.has(entity) ? [] : call.cloud.machines.getGuestAttributes(entity.resource.name);
  const found = [...attributes]
    .filter(([key]) => path === '' || key === path || key.startsWith(path.endsWith('/') ? path : `${path}/`))
    .map(([key, value]) => {
      const [namespace = '', ...rest] = key.split('/');
      return { namespace, key: rest.join('/'), value };
    });
  if (found.length === 0)
    throw new ApiError(404, 'notFound', `The resource '${path}' of type 'Guest Attribute' was not found.`);
  const header = {
    kind: 'compute#guestAttributes',
    queryPath: path,
    selfLink: `${entity.link}/getGuestAttributes?queryPath=${path}`,
  };
  const single = call.query.has('variableKey') && found.length === 1 ? found[0] : undefined;
  return single === undefined
    ? { ...header, queryValue: { items: found } }
    : { ...header, variableKey: path, variableValue: single.value };
}

/** Console output from `start`, a byte offset. */
export async function getSerialPortOutput(call: ApiCall, entity: Entity<Instance>): Promise<JsonObject> {
  const port = call.query.get('port') ?? '1';
  if (!/^[1-4]$/.test(port)) throw apiErrors.invalidParameter('port', port, 'Must be between 1 and 4.');
  const requestedStart = call.query.get('start') ?? '0';
  if (!/^-?\d+$/.test(requestedStart))
    throw apiErrors.invalidParameter('start', requestedStart, 'Must be a number of bytes.');
  const output = Buffer.from(port === '1' ? await call.cloud.machines.readConsole(entity.resource.name) : '');
  // A negative start counts from the end.
  const start = Math.min(
    Number(requestedStart) < 0 ? Math.max(0, output.length + Number(requestedStart)) : Number(requestedStart),
    output.length,
  );
  return {
    kind: 'compute#serialPortOutput',
    contents: output.subarray(start).toString('utf8'),
    start: String(start),
    next: String(output.length),
    selfLink: `${entity.link}/serialPort`,
  };
}
