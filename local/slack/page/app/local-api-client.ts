import type { Ack } from '../../local-api/ack.ts';

/** Queries the local API: `GET /_local/NAME`. @throws Error with the emulator's message */
export async function fetchQuery<T>(name: string, query: Record<string, string>, signal?: AbortSignal): Promise<T> {
  return parseResponse(await fetch(`/_local/${name}?${new URLSearchParams(query)}`, signal ? { signal } : {}));
}

/** Performs an action: `POST /_local/NAME`. @throws Error with the emulator's message */
export async function performAction<T = { ack: ActionResult }>(name: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return parseResponse(await fetch(`/_local/${name}`, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/** How the bot acknowledged a request; for modals with errors by block id. */
export type ActionResult = Ack & { readonly errors?: Readonly<Record<string, string>> };

/** URL of a file's content, for downloads and images. */
export function buildFileUrl(as: string, id: string, mode: 'download' | 'inline'): string {
  return `/_local/file?${new URLSearchParams({ as, id, ...(mode === 'inline' ? { inline: '1' } : {}) })}`;
}

async function parseResponse<T>(response: Response): Promise<T> {
  const value = (await response.json()) as T & { error?: string };
  if (response.ok) return value;
  throw new Error(value.error ?? `HTTP ${response.status} from the Slack emulator`);
}
