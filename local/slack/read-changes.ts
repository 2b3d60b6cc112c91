import type { Change } from './change-feed.ts';

/** The stream's first item: all later changes will be received. */
interface ReadyEvent {
  kind: 'ready';
}

/**
 * Reads the workspace's change stream. Changes that arrive together are merged into the newest.
 * @param signal aborts the stream: the iterator throws its reason
 */
export async function* readChanges(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): AsyncGenerator<Change | ReadyEvent> {
  const response = await fetch(url, { headers, signal });
  if (!response.ok) throw new Error(`no change stream at "${url}": HTTP ${response.status}`);
  if (!response.body) throw new Error(`no change stream at "${url}"`);
  const decoder = new TextDecoder();
  let buffered = '';
  for await (const chunk of response.body) {
    buffered += decoder.decode(chunk, { stream: true });
    const events = buffered.split('\n\n');
    buffered = events.pop() ?? '';
    const last = events.at(-1);
    if (last === undefined) continue;
    if (last.includes('event: ready')) yield { kind: 'ready' };
    else yield JSON.parse(last.replace(/^data: /, '')) as Change;
  }
}
