import { apiErrors } from './api-error.ts';
import type { MethodDescriptor } from './descriptors.ts';

/** Parameters of all methods; Google's clients always send some of them. */
const commonParameters =
  /^(\$?\.?xgafv|\$?alt|access_token|callback|fields|key|oauth_token|prettyPrint|quotaUser|userIp|upload_?protocol|uploadType|trace)$/i;

/** Parameters of all lists. Some descriptors omit them although gcloud sends them. */
const listParameters: Readonly<Record<string, string>> = {
  filter: 'string',
  includeAllScopes: 'bool',
  maxResults: 'uint32',
  orderBy: 'string',
  pageToken: 'string',
  returnPartialSuccess: 'bool',
};

/**
 * Parses the method's query parameters.
 * @throws ApiError 400 for an unknown parameter, a value of the wrong type, or a `requestId` that is not a UUID
 */
export function parseQuery(given: URLSearchParams, method: MethodDescriptor): ReadonlyMap<string, string> {
  const isList = /\.(List|AggregatedList)$/.test(method.id);
  const types: Readonly<Record<string, string>> = isList ? { ...listParameters, ...method.query } : method.query;
  const read = new Map<string, string>();
  for (const [name, value] of given) {
    if (commonParameters.test(name)) continue;
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type === undefined) {
      throw apiErrors.invalidPayload(
        `Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`,
      );
    }
    if (type === 'bool' && !/^(true|false)$/i.test(value))
      throw apiErrors.invalidParameter(name, value, 'Must be true or false.');
    if (/int/.test(type) && !/^-?\d+$/.test(value)) throw apiErrors.invalidParameter(name, value, 'Must be a number.');
    read.set(name, value);
  }
  const requestId = read.get('requestId');
  if (requestId !== undefined && !isUuid(requestId)) {
    throw apiErrors.invalidParameter('requestId', requestId, 'Must be a valid UUID, and not the zero UUID.');
  }
  return read;
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) && !/^[0-]+$/.test(text);
}
