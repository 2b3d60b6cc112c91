import type { AnswerOrUnknown } from '../../engine/service/cluster-service-types.ts';
import type { Message } from '../routing/command.ts';
import { block, message } from './blocks.ts';
import { code, joined, type Markdown, md, moment, person, ticked } from './markdown.ts';
import { differences } from './step-error-cards.ts';

/** What the asker alone sees of the engine's answer. `started`: the words for a run that was taken up. */
export function answered(name: string, answer: AnswerOrUnknown, started: Markdown): Message {
  if ('run' in answer) return message(started);
  if ('unknown' in answer) return unknownCluster(name);
  if ('heldBy' in answer) {
    const { operation, by, since } = answer.heldBy;
    return message(
      md`${name} is busy: ${operation}, asked for by ${person(by)} ${moment(since)}`,
      block.section(md`*${name}* is busy: *${operation}*, asked for by ${person(by)} ${moment(since)}`),
      block.note(md`${code(`/kthw status ${name}`)} shows how far it is, ${code(`/kthw cancel ${name}`)} stops it`),
    );
  }
  if ('differs' in answer) {
    return message(
      md`${name} exists already, with other values`,
      block.section(md`*${name}* exists already, with other values. Nothing was changed.`),
      block.section(differences(answer.differs)),
      block.note(md`Take another name, or ${code(`/kthw delete ${name}`)} first`),
    );
  }
  return message(
    md`Nothing to do: ${name} is ${answer.unchanged.state}`,
    block.section(md`Nothing to do: *${name}* is ${answer.unchanged.state}`),
    block.note(md`${code(`/kthw status ${name}`)} shows it`),
  );
}

export function unknownCluster(name: string): Message {
  return message(md`There is no cluster ${code(name)}; ${code('/kthw list')} shows those there are`);
}

/** What was wrong with what somebody typed, with an example that works. */
export function notUnderstood(problems: readonly string[], examples: readonly string[], help: string): Message {
  const lines = problems.map((problem) => joined([md`• `, ticked(problem)], ''));
  return message(
    joined(lines),
    block.section(joined([md`That did not work:`, ...lines])),
    ...(examples.length > 0 ? [block.section(joined([md`For example:`, ...examples.map(code)]))] : []),
    block.note(md`${code(help)} lists everything`),
  );
}

/** Something went wrong that the asker can only try again. */
export function wentWrong(what: string): Message {
  return message(md`❌ ${what} did not work just now; nothing was lost. Please try again in a minute`);
}

/** To a dialog that only shows something. */
export function nothingToSend(): Message {
  return message(md`There is nothing to send in that dialog; ${code('/kthw help')} lists what there is`);
}

/** A file could not be given to whoever asked for it. */
export function noDirect(): Message {
  return message(
    md`❌ I could not send you a direct message`,
    block.section(md`❌ I could not send you a direct message, so nothing was sent.`),
    block.note(
      md`Open a conversation with me (or have my messages tab switched on), then ask again; ${code('/kthw help')} lists everything`,
    ),
  );
}

/** The store did not answer in the middle of something: whether it was taken nobody can say now. */
export function storeAway(): Message {
  return message(
    md`❌ My store does not answer at the moment, so I can't say whether that was taken`,
    block.section(md`❌ My store does not answer at the moment, so I can't say whether that was taken.`),
    block.note(md`Runs go on by themselves once it is back. ${code('/kthw list')} shows what is so; then ask again`),
  );
}
