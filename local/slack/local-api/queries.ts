import { decodeText, toApiFile } from '../to-api-file.ts';
import { toApiMessage } from '../to-api-message.ts';
import type { Workspace } from '../workspace.ts';
import { buildOverview } from './build-overview.ts';
import { findPerson, findVisibleChannel, LocalApiError } from './find-person.ts';

type Query = (workspace: Workspace, query: URLSearchParams) => object;

const previewLength = 20_000;

/** The queries of `GET /_local/NAME`, most with the permissions of the user `as`. */
export const queries: Readonly<Record<string, Query>> = {
  team: (workspace, query) => buildOverview(workspace, findPerson(workspace, query.get('as') ?? '')),

  people: ({ team }) => ({ people: team.data.people.filter(({ isBot }) => !isBot) }),

  messages(workspace, query) {
    const { team } = workspace;
    const person = findPerson(workspace, query.get('as') ?? '');
    const channel = findVisibleChannel(workspace, person, query.get('channel') ?? '');
    const thread = query.get('thread');
    const visibleMessages = team.listMessages(channel.id, person.id).filter((one) => {
      if (thread !== null) return one.ts === thread || one.threadTs === thread;
      return one.threadTs === undefined || one.broadcast;
    });
    return { channel: channel.id, messages: visibleMessages.map((one) => toApiMessage(team, one)) };
  },

  views(workspace, query) {
    return { views: workspace.views.getStack(findPerson(workspace, query.get('as') ?? '').id) };
  },

  home(workspace, query) {
    const person = findPerson(workspace, query.get('as') ?? '');
    return { view: workspace.team.data.homes[person.id] ?? null };
  },

  files(workspace, query) {
    const person = findPerson(workspace, query.get('as') ?? '');
    const { team, baseUrl } = workspace;
    const visibleFiles = team.data.files.filter((file) =>
      file.channels.some((id) => {
        const channel = team.findChannel(id);
        return channel !== undefined && team.canRead(person.id, channel);
      }),
    );
    return { files: visibleFiles.map((file) => toApiFile(file, baseUrl)) };
  },

  preview(workspace, query) {
    const text = decodeText(findVisibleFile(workspace, query));
    if (text === undefined) return { text: null, truncated: false };
    return { text: text.slice(0, previewLength), truncated: text.length > previewLength };
  },

  calls: ({ calls }) => calls.getCounts(),

  faults: ({ faults }) => ({ pending: faults.list() }),
};

/** Finds a file shared in a conversation that the user may read. @throws {LocalApiError} */
export function findVisibleFile(workspace: Workspace, query: URLSearchParams) {
  const person = findPerson(workspace, query.get('as') ?? '');
  const { team } = workspace;
  const file = team.findFile(query.get('id') ?? '');
  const isVisible = file?.channels.some((id) => {
    const channel = team.findChannel(id);
    return channel !== undefined && team.canRead(person.id, channel);
  });
  if (file && isVisible) return file;
  throw new LocalApiError(`file "${query.get('id')}" not found or not visible to ${person.name}`);
}
