import type { ServerResponse } from 'node:http';
import { findPerson } from '../local-api/find-person.ts';
import type { Workspace } from '../workspace.ts';

/**
 * Streams changes as server-sent events until the client disconnects.
 * @param as the user whose permissions apply; null for all changes
 */
export function serveEvents(workspace: Workspace, as: string | null, response: ServerResponse): void {
  const user = as === null ? undefined : findPerson(workspace, as).id;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' });
  response.write('retry: 1000\nevent: ready\ndata: {}\n\n');
  const unsubscribe = workspace.changes.subscribe((change, canSee) => {
    if (user === undefined || canSee(user)) response.write(`data: ${JSON.stringify(change)}\n\n`);
  });
  response.once('close', unsubscribe);
}
