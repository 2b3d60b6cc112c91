import type { Channel } from '../model/conversation.ts';
import type { Person } from '../model/person.ts';
import type { Workspace } from '../workspace.ts';

/** Something a person asked for that cannot be done. The message says what and why. */
export class PersonError extends Error {
  override readonly name = 'PersonError';
}

/** The person with this id or handle. @throws {PersonError} */
export function asPerson({ team }: Workspace, idOrName: string): Person {
  const person = team.data.people.find(({ id, name }) => id === idOrName || name === idOrName);
  if (person && !person.isBot) return person;
  throw new PersonError(`acting as "${idOrName}": there is no such person`);
}

/** A channel that the person may read. @throws {PersonError} */
export function visibleChannel({ team }: Workspace, person: Person, idOrName: string): Channel {
  const channel = team.channel(idOrName);
  if (channel && team.sees(person.id, channel)) return channel;
  throw new PersonError(`opening "${idOrName}": there is no such channel for ${person.name}`);
}
