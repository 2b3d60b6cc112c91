import type { CallOptions, ComputeApi } from './compute-api.ts';
import type { GlobalResource, Location, ResourceClient, ResourceRef } from './compute-client.ts';
import type { Operation } from './operation.ts';
import { createResourceClient, type ResourceMethods } from './resource-client.ts';

/** Response of Google's clients to a mutation. */
type MutationResponse = readonly [{ readonly latestResponse: unknown }, ...unknown[]];

/** Methods that Google's clients of all kinds have. */
interface GoogleClient<Raw> {
  get(request: object, options: CallOptions): Promise<readonly [Raw, ...unknown[]]>;
  insert(request: object, options: CallOptions): Promise<MutationResponse>;
  delete(request: object, options: CallOptions): Promise<MutationResponse>;
  list(request: object, options: CallOptions): Promise<readonly [readonly Raw[], ...unknown[]]>;
}

interface ResourceKind<Spec extends GlobalResource, Raw extends object, Found>
  extends Pick<ResourceMethods<Spec, Raw, Found>, 'kind' | 'toResource' | 'setLabels'> {
  /** Name in Google's requests: with `route`, the name is in the field `route` and the body in `routeResource`. */
  readonly field: string;
  readonly scope: 'global' | 'region' | 'zone';
  toRequestBody(spec: Spec, project: string): Raw;
}

/** Implements `ResourceClient` on top of a Google client. */
export function createGoogleResourceClient<Spec extends GlobalResource, Raw extends object, Found>(
  api: ComputeApi,
  getClient: () => Promise<GoogleClient<Raw>>,
  { field, scope, toRequestBody, ...kind }: ResourceKind<Spec, Raw, Found>,
): ResourceClient<Spec, Found> {
  function locate(at: Spec | ResourceRef<Spec> | Location): object {
    return { project: api.project, ...(scope === 'global' ? {} : { [scope]: (at as Location)[scope] }) };
  }
  return createResourceClient(api, {
    ...kind,
    async get(ref, options) {
      return (await (await getClient()).get({ ...locate(ref), [field]: ref.name }, options))[0];
    },
    async insert(spec, requestId, options) {
      const request = { ...locate(spec), requestId, [`${field}Resource`]: toRequestBody(spec, api.project) };
      return getOperation(await (await getClient()).insert(request, options));
    },
    async delete(ref, requestId, options) {
      return getOperation(await (await getClient()).delete({ ...locate(ref), requestId, [field]: ref.name }, options));
    },
    async list(location, options) {
      return (await (await getClient()).list(locate(location), options))[0];
    },
  });
}

/** Returns the operation that a mutation started. gax types it as an operation of another API. */
export function getOperation([call]: MutationResponse): Operation {
  return call.latestResponse as Operation;
}
