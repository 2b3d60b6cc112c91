import type { Change } from './change-feed.ts';

/** The stream's first item: from here on nothing is missed. */
interface ReadyEvent {
  kind: 'ready';
}

/**
 * Reads the workspace's stream of changes. Changes that came together are given as one, the newest.
 * @param signal ends the reading by throwing its reason
 */
export async function* readChanges(url: string, signal: AbortSignal): AsyncGenerator<Change | ReadyEvent> {
  const response = await fetch(url, { signal });
  if (!response.body) throw new Error(`reading changes from "${url}": there is no stream`);
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
