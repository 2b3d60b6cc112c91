import type { Channel } from '../model/conversation.ts';
import type { Person } from '../model/person.ts';
import type { Workspace } from '../workspace.ts';

/** A user request that cannot be fulfilled. The message states the reason. */
export class LocalApiError extends Error {
  override readonly name = 'PersonError';
}

/** Finds a user by id or handle. @throws {LocalApiError} */
export function findPerson({ team }: Workspace, idOrName: string): Person {
  const person = team.data.people.find(({ id, name }) => id === idOrName || name === idOrName);
  if (person && !person.isBot) return person;
  throw new LocalApiError(`user "${idOrName}" not found`);
}

/** Finds a channel that the user may read. @throws {LocalApiError} */
export function findVisibleChannel({ team }: Workspace, person: Person, idOrName: string): Channel {
  const channel = team.findChannel(idOrName);
  if (channel && team.canRead(person.id, channel)) return channel;
  throw new LocalApiError(`channel "${idOrName}" not found or not visible to ${person.name}`);
}
