import type { Extension } from '../../engine/service/cluster-service-types.ts';
import type { Person } from '../../store/events.ts';
import { extendHours } from '../notifier/ttl-schedule.ts';
import type { Message, Reply } from '../routing/command.ts';
import { block, message } from './blocks.ts';
import { unknownCluster } from './command-replies.ts';
import { code, md, moment, person } from './markdown.ts';

/** Asks whether a cluster is still wanted, before its time is over and after. `deletesAt`: when it goes without an answer. */
export function endsSoon(
  name: string,
  by: Person,
  when: { readonly endsAt: Date; readonly now: Date; readonly deletesAt?: Date | undefined },
  ids: { readonly extend: string; readonly delete: string },
): Message {
  const { endsAt, now, deletesAt } = when;
  const said =
    endsAt <= now
      ? md`⏰ ${person(by)} *${name}* was wanted until ${moment(endsAt)}, and is still there`
      : md`⏰ ${person(by)} *${name}* is wanted until ${moment(endsAt)}`;
  const otherwise = deletesAt
    ? md`Without an answer it is deleted: ${moment(deletesAt)}`
    : md`Without an answer it stays, and I ask again`;
  return message(
    said,
    block.section(md`${said}. Is it still needed?`),
    block.buttons(
      block.button(ids.extend, `Extend by ${extendHours} h`, { cluster: name, endsAt: endsAt.toISOString() }),
      { ...block.button(ids.delete, 'Delete', { cluster: name }), style: 'danger' },
    ),
    block.note(md`${otherwise}. ${code(`/kthw status ${name}`)} shows it`),
  );
}

/** What came of Extend: for everybody in the question's place, or why nothing did, for the presser alone. */
export function extended(name: string, by: Person, extension: Extension): Extract<Reply, { replaces?: unknown }> {
  if ('unknown' in extension) return { shown: unknownCluster(name) };
  const note = block.note(md`${code(`/kthw status ${name}`)} shows it, ${code(`/kthw delete ${name}`)} removes it`);
  if ('already' in extension) {
    const said = md`*${name}* was extended before you, to ${moment(extension.already)}; your press changed nothing`;
    return { shown: message(said, block.section(said), note) };
  }
  const said = md`⏰ *${name}* was extended by ${person(by)}: it is wanted until ${moment(extension.endsAt)}`;
  return { shown: message(said, block.section(said), note), replaces: 'for-all' };
}
