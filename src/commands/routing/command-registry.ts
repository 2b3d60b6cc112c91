import * as commandDefinitions from '../index.ts';
import type { AnyCommand } from './command.ts';

/** Order of commands in help. A command that is not listed comes last. */
const helpOrder = [
  'create',
  'status',
  'list',
  'kubeconfig',
  'revoke',
  'resume',
  'cancel',
  'smoke',
  'doctor',
  'scale',
  'resize',
  'rebuild',
  'delete',
  'audit',
];

/** All subcommands, in the order of help. */
export const commandRegistry: readonly AnyCommand[] = Object.values(commandDefinitions).toSorted(
  (a, b) => getHelpRank(a) - getHelpRank(b),
);

function getHelpRank({ name }: AnyCommand): number {
  const index = helpOrder.indexOf(name);
  return index < 0 ? helpOrder.length : index;
}
