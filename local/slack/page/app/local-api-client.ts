import type { Ack } from '../../local-api/ack.ts';

/** Looks at something: `GET /_local/NAME`. @throws Error with what is wrong, in the workspace's words */
export async function fetchQuery<T>(name: string, query: Record<string, string>, signal?: AbortSignal): Promise<T> {
  return parseResponse(await fetch(`/_local/${name}?${new URLSearchParams(query)}`, signal ? { signal } : {}));
}

/** Does something: `POST /_local/NAME`. @throws Error with what is wrong, in the workspace's words */
export async function performAction<T = { ack: ActionResult }>(name: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return parseResponse(await fetch(`/_local/${name}`, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/** How the bot took something; for a modal, with what is wrong by block. */
export type ActionResult = Ack & { readonly errors?: Readonly<Record<string, string>> };

/** Where a file is: to be downloaded, or shown as the image that it is. */
export function buildFileUrl(as: string, id: string, mode: 'download' | 'inline'): string {
  return `/_local/file?${new URLSearchParams({ as, id, ...(mode === 'inline' ? { inline: '1' } : {}) })}`;
}

async function parseResponse<T>(response: Response): Promise<T> {
  const value = (await response.json()) as T & { error?: string };
  if (response.ok) return value;
  throw new Error(value.error ?? `the workspace answered ${response.status}`);
}
