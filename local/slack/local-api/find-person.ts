import type { Channel } from '../model/conversation.ts';
import type { Person } from '../model/person.ts';
import type { Workspace } from '../workspace.ts';

/** Something a person asked for that cannot be done. The message says what and why. */
export class LocalApiError extends Error {
  override readonly name = 'PersonError';
}

/** The person with this id or handle. @throws {LocalApiError} */
export function findPerson({ team }: Workspace, idOrName: string): Person {
  const person = team.data.people.find(({ id, name }) => id === idOrName || name === idOrName);
  if (person && !person.isBot) return person;
  throw new LocalApiError(`acting as "${idOrName}": there is no such person`);
}

/** A channel that the person may read. @throws {LocalApiError} */
export function findVisibleChannel({ team }: Workspace, person: Person, idOrName: string): Channel {
  const channel = team.findChannel(idOrName);
  if (channel && team.canRead(person.id, channel)) return channel;
  throw new LocalApiError(`opening "${idOrName}": there is no such channel for ${person.name}`);
}
