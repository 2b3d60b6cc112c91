import type { Ack } from '../../local-api/ack.ts';

/** Looks at something: `GET /_local/NAME`. @throws Error with what is wrong, in the workspace's words */
export async function look<T>(name: string, query: Record<string, string>, signal?: AbortSignal): Promise<T> {
  return answer(await fetch(`/_local/${name}?${new URLSearchParams(query)}`, signal ? { signal } : {}));
}

/** Does something: `POST /_local/NAME`. @throws Error with what is wrong, in the workspace's words */
export async function act<T = { ack: Acted }>(name: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return answer(await fetch(`/_local/${name}`, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/** How the bot took something; for a modal, with what is wrong by block. */
export type Acted = Ack & { readonly errors?: Readonly<Record<string, string>> };

/** Where a file is: to be downloaded, or shown as the image that it is. */
export function fileUrl(as: string, id: string, how: 'download' | 'inline'): string {
  return `/_local/file?${new URLSearchParams({ as, id, ...(how === 'inline' ? { inline: '1' } : {}) })}`;
}

async function answer<T>(response: Response): Promise<T> {
  const value = (await response.json()) as T & { error?: string };
  if (response.ok) return value;
  throw new Error(value.error ?? `the workspace answered ${response.status}`);
}
