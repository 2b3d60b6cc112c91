import type { Desk, RunView } from '../../engine/service/cluster-service-types.ts';
import type { Person } from '../../store/events.ts';
import type { Need } from '../routing/command.ts';
import type { Chat } from '../slack/chat.ts';
import { type Deed, groupsOf, type Members, type Policy, type Refusal, refusalOf } from './policy.ts';

export interface GuardOptions {
  readonly policy: Policy;
  readonly desk: Pick<Desk, 'runView'>;
  readonly chat: Pick<Chat, 'members'>;
  readonly now: () => Date;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/** Why somebody may not do what is needed; nothing: they may. */
export type Guard = (by: Person, channel: string, need: Need) => Promise<Refusal | undefined>;

/** Who is in a user group is asked of Slack at most so often. */
const keptMs = 60_000;

/** Asks for what the policy must know, then the policy. */
export function openGuard({ policy, desk, chat, now, log }: GuardOptions): Guard {
  const kept = new Map<string, { readonly people: readonly Person[]; readonly until: number }>();

  async function peopleOf(group: string): Promise<readonly (readonly [string, readonly Person[]])[]> {
    const known = kept.get(group);
    if (known && known.until > +now()) return [[group, known.people]];
    try {
      const people = await chat.members(group);
      kept.set(group, { people, until: +now() + keptMs });
      return [[group, people]];
    } catch (error) {
      log({ group, error }, 'reading who is in a user group');
      return [];
    }
  }

  async function deedOf(need: Need): Promise<Deed> {
    if (typeof need === 'string') return { does: need };
    if ('revokes' in need) return { does: 'revoke', of: need.revokes };
    const view = await desk.runView(need.run);
    return { does: 'answer', yes: need.yes, askedBy: view?.by, takesAway: view ? machinesTakenBy(view) : 0 };
  }

  return async (by, channel, need) => {
    const deed = await deedOf(need);
    const members: Members = new Map((await Promise.all(groupsOf(policy, deed).map(peopleOf))).flat());
    return refusalOf(policy, by, channel, deed, members);
  };
}

/** How many machines a run takes down. Pure. */
function machinesTakenBy({ steps }: RunView): number {
  return Object.values(steps).filter(({ phase }) => phase === 'remove:controllers' || phase === 'remove:workers')
    .length;
}
