import type { KnownBlock } from '@slack/types';
import type { ApprovalView, RunView } from '../../engine/service/cluster-service-types.ts';
import { approversOf, type Policy } from '../authorization/policy.ts';
import type { Fate, Question } from '../notifier/approval-status.ts';
import type { Message } from '../routing/command.ts';
import { block, message, sections } from './blocks.ts';
import { between } from './duration.ts';
import { cut } from './limits.ts';
import { code, joined, type Markdown, md, moment, named, person } from './markdown.ts';
import { called, standing } from './run-status.ts';
import { whatNext } from './run-summary.ts';

export interface Ids {
  readonly yes: string;
  readonly no: string;
}

const mostLines = 60;
const widest = 160;

/** A question that a run asks, and later what came of it: its buttons are there as long as they can be pressed. */
export function question(view: RunView, asked: Question, fate: Fate, policy: Policy, ids: Ids): Message {
  const { cluster, operation } = view;
  const { icon, words, said, next } = saying(view, fate);
  const head = md`${icon} *${cluster}* · ${called(operation).going} ${words}; ${person(view.by)} asked for it`;
  const open = fate.is === 'open';
  return message(
    md`${icon} ${cluster}: ${called(operation).going} ${words}, ${summed(asked.destroys.toReversed())}`,
    ...sections([head, heading(operation, open), ...listed(asked.destroys)]),
    ...(open ? [block.section(md`*To undo it:* ${undoing(view)}`)] : []),
    ...said.map(block.section),
    ...(open ? [buttons({ run: view.run, ...asked }, ids), block.note(rules(asked, policy))] : []),
    block.note(next),
  );
}

/** The same in short, where a cluster's status is shown. */
export function waiting(asked: ApprovalView, policy: Policy, ids: Ids): KnownBlock[] {
  return [
    ...sections([
      md`✋ *${called(asked.operation).going}* waits for a yes. ${heading(asked.operation, true)}`,
      ...listed(asked.destroys),
    ]),
    buttons(asked, ids),
    block.note(rules(asked, policy)),
  ];
}

interface Saying {
  readonly icon: string;
  /** After what is being done, in the first line. */
  readonly words: string;
  readonly said: readonly Markdown[];
  readonly next: Markdown;
}

function saying(view: RunView, { is, answer, end, stoppedBy }: Fate): Saying {
  const command = (name: string) => code(`/kthw ${name} ${view.cluster}`);
  const again = md`${command('resume')} asks again, ${command('status')} shows the cluster`;
  const approved = answer ? [md`👍 Approved by ${person(answer.by)}, ${moment(answer.at)}`] : [];
  switch (is) {
    case 'open':
      return {
        icon: '✋',
        words: 'waits for a yes',
        said: [],
        next: md`${command('status')} shows this too, ${command('cancel')} stops the run`,
      };
    case 'approved':
      return {
        icon: '👍',
        words: 'was approved',
        said: [...approved, md`It is being done; this message says what comes of it`],
        next: md`${command('status')} looks, ${command('cancel')} stops after the steps that have begun`,
      };
    case 'ended': {
      const ended = { ...view, over: end?.as ?? 'failed' };
      const { icon, words } = standing(ended);
      const took = between(answer?.at, end?.at);
      return {
        icon,
        words: 'was approved and is over',
        said: [...approved, md`${icon} What came of it: ${words}${took ? `, ${took} after the yes` : ''}`],
        next: whatNext(ended),
      };
    }
    case 'refused':
      return {
        icon: '👎',
        words: 'was refused',
        said: answer
          ? [md`👎 Refused by ${person(answer.by)}, ${moment(answer.at)}. Nothing of this was taken away`]
          : [],
        next: again,
      };
    case 'superseded':
      return {
        icon: '↪️',
        words: 'is asked anew',
        said: [...approved, md`Things have changed since this was asked; nothing of this was taken away`],
        next: md`The newest question in this thread counts; ${command('status')} shows it too`,
      };
    case 'expired':
      return {
        icon: '⌛',
        words: 'was not answered',
        said: [md`Nobody answered in time, and silence is no. Nothing of this was taken away`],
        next: again,
      };
    case 'over':
      return {
        icon: '⏹️',
        words: 'was stopped',
        said: [
          stoppedBy
            ? md`${person(stoppedBy)} stopped the run before anybody answered. Nothing of this was taken away`
            : md`The run ended before anybody answered. Nothing of this was taken away`,
        ],
        next: again,
      };
    default:
      return is satisfies never;
  }
}

function heading(operation: string, open: boolean): Markdown {
  if (operation === 'resize') return open ? md`It restarts, one after another:` : md`It asked to restart:`;
  return open ? md`It takes away:` : md`It asked to take away:`;
}

/** What it costs to have it back. */
function undoing({ cluster, operation }: RunView): Markdown {
  switch (operation) {
    case 'rebuild':
      return md`it can’t be. This run makes all of it anew, which takes as long as the first time; what was stored on these machines, etcd’s data with it, is lost. What is not listed stays`;
    case 'scale':
      return md`${code(`/kthw scale ${cluster} --workers …`)} makes new machines, empty. Pods move to the others if there is room; what they kept on these machines is lost`;
    case 'resize':
      return md`${code(`/kthw resize ${cluster} --machine-type …`)} makes them another type again. Disks and what is on them stay`;
    default:
      return md`it can’t be. What is listed is gone for good; what is not listed stays`;
  }
}

/** In the order of building, so that the machines, which hold the rest, come first however long the list is. */
function listed(destroys: readonly string[]): Markdown[] {
  const lines = destroys
    .toReversed()
    .slice(0, mostLines)
    .map((line) => md`• ${cut(line, widest)}`);
  const left = destroys.length - lines.length;
  return left > 0 ? [...lines, md`… and ${left} more`] : lines;
}

/** For notifications: the first thing by name, the others by number. */
function summed([first = 'nothing', ...others]: readonly string[]): string {
  return others.length > 0 ? `${cut(first, widest)} and ${others.length} more` : cut(first, widest);
}

function buttons({ run, digest }: { readonly run: string; readonly digest: string }, ids: Ids): KnownBlock {
  const value = { run, digest };
  return block.buttons(
    { ...block.button(ids.yes, 'Approve', value), style: 'danger' },
    block.button(ids.no, 'Reject', value),
  );
}

/** Who may answer, and until when. */
function rules({ expiresAt }: Pick<Question, 'expiresAt'>, policy: Policy): Markdown {
  const may = approversOf(policy);
  const until = md`Until ${moment(expiresAt)}; without an answer nothing is taken away`;
  if (may === 'everybody') return joined([md`Anybody here may answer.`, until], ' ');
  return joined([md`${named(may)} may answer; who asked may not, unless there is nobody else.`, until], ' ');
}
