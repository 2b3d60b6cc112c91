import { presentFile, textOf } from '../to-api-file.ts';
import { presentMessage } from '../to-api-message.ts';
import type { Workspace } from '../workspace.ts';
import { overview } from './build-overview.ts';
import { asPerson, PersonError, visibleChannel } from './find-person.ts';

type Look = (workspace: Workspace, query: URLSearchParams) => object;

const previewLength = 20_000;

/** What can be looked at with `GET /_local/NAME`, mostly with the eyes of the person `as`. */
export const looks: Readonly<Record<string, Look>> = {
  team: (workspace, query) => overview(workspace, asPerson(workspace, query.get('as') ?? '')),

  people: ({ team }) => ({ people: team.data.people.filter(({ isBot }) => !isBot) }),

  messages(workspace, query) {
    const { team } = workspace;
    const person = asPerson(workspace, query.get('as') ?? '');
    const channel = visibleChannel(workspace, person, query.get('channel') ?? '');
    const thread = query.get('thread');
    const shown = team.messages(channel.id, person.id).filter((one) => {
      if (thread !== null) return one.ts === thread || one.threadTs === thread;
      return one.threadTs === undefined || one.broadcast;
    });
    return { channel: channel.id, messages: shown.map((one) => presentMessage(team, one)) };
  },

  views(workspace, query) {
    return { views: workspace.views.stack(asPerson(workspace, query.get('as') ?? '').id) };
  },

  home(workspace, query) {
    const person = asPerson(workspace, query.get('as') ?? '');
    return { view: workspace.team.data.homes[person.id] ?? null };
  },

  files(workspace, query) {
    const person = asPerson(workspace, query.get('as') ?? '');
    const { team, baseUrl } = workspace;
    const mine = team.data.files.filter((file) =>
      file.channels.some((id) => {
        const channel = team.channel(id);
        return channel !== undefined && team.sees(person.id, channel);
      }),
    );
    return { files: mine.map((file) => presentFile(file, baseUrl)) };
  },

  preview(workspace, query) {
    const text = textOf(visibleFile(workspace, query));
    if (text === undefined) return { text: null, cut: false };
    return { text: text.slice(0, previewLength), cut: text.length > previewLength };
  },

  calls: ({ calls }) => calls.all(),

  faults: ({ faults }) => ({ waiting: faults.list() }),
};

/** A file that the person may see because it was shared where they may read. @throws {PersonError} */
export function visibleFile(workspace: Workspace, query: URLSearchParams) {
  const person = asPerson(workspace, query.get('as') ?? '');
  const { team } = workspace;
  const file = team.file(query.get('id') ?? '');
  const seen = file?.channels.some((id) => {
    const channel = team.channel(id);
    return channel !== undefined && team.sees(person.id, channel);
  });
  if (file && seen) return file;
  throw new PersonError(`opening the file "${query.get('id')}": there is no such file for ${person.name}`);
}
