import { createApiError } from '../kubernetes/create-api-error.ts';
import type { KubeApi } from '../kubernetes/kube-client.ts';

/** Returns the object at `path`, or undefined if it doesn't exist. @throws KthwError */
export async function getObject<T>(api: KubeApi, path: string, signal: AbortSignal): Promise<T | undefined> {
  const response = await api.request('GET', path, signal);
  if (response.status === 404) return undefined;
  if (response.status !== 200) throw createApiError(`reading ${path}`, response);
  return response.body as T;
}

/** Deletes the object at `path`, if it exists. @throws KthwError */
export async function deleteObject(api: KubeApi, path: string, signal: AbortSignal): Promise<void> {
  const response = await api.request('DELETE', path, signal);
  if (response.status >= 300 && response.status !== 404) throw createApiError(`deleting ${path}`, response);
}
