import type { Decision } from '../../engine/desk-types.ts';
import type { Person } from '../../store/events.ts';
import type { Message } from '../command.ts';
import { message } from './blocks.ts';
import { md, moment, person } from './markdown.ts';

/** What came of a press. The question itself is replaced by it; who pressed in vain is told alone. */
export function decided(decision: Decision, by: Person): { readonly shown: Message; readonly replaces?: boolean } {
  if ('decided' in decision) {
    const said = decision.decided === 'given' ? md`👍 ${person(by)} approved it` : md`👎 ${person(by)} refused it`;
    return { shown: message(said), replaces: true };
  }
  if ('already' in decision) {
    const said = decision.already === 'given' ? md`approved` : md`refused`;
    return { shown: message(md`${person(decision.by)} ${said} it ${moment(decision.at)}; your press changed nothing`) };
  }
  switch (decision.dead) {
    case 'expired':
      return { shown: message(md`Nobody answered in time, so nothing happens. Ask for it again`) };
    case 'superseded':
      return { shown: message(md`Things have changed since this was asked; the newest question counts`) };
    case 'over':
      return { shown: message(md`That run is over; nothing happens`) };
    case 'unknown':
      return { shown: message(md`No such question was asked; nothing happens`) };
    default:
      return decision.dead satisfies never;
  }
}
