import { KthwError } from '../cluster/errors.ts';
import type { KubeResponse } from './kube-client.ts';

/** An error with the reason that the API server gave. @param doing such as `reading /api/v1/nodes` */
export function createApiError(doing: string, response: KubeResponse): KthwError<'api-refused'> {
  return new KthwError('api-refused', { doing, status: response.status }, { detail: getStatusMessage(response) });
}

/** `message` of a Status object, or the text of another response. Undefined: the response gave no reason. */
export function getStatusMessage({ body }: KubeResponse): string | undefined {
  const message = typeof body === 'object' && body !== null ? (body as { message?: unknown }).message : body;
  return typeof message === 'string' && message.trim() !== '' ? message.trim().slice(0, 300) : undefined;
}
