import { z } from 'zod';
import { clusterName } from './arguments/cluster-name-schema.ts';
import { machineType } from './arguments/create-args-schema.ts';
import { answered, notUnderstood } from './messages/command-replies.ts';
import { md } from './messages/markdown.ts';
import type { Asked, Reply, Tools } from './routing/command.ts';
import { defineButton, defineCommand } from './routing/define-command.ts';

interface Wanted {
  readonly name: string;
  readonly machineType: string;
}

/** Under a diagnosis: machines that carry the cluster. The run asks before any of them restarts. */
export const resizeYes = defineButton({
  id: 'resize.yes',
  value: z.strictObject({ cluster: clusterName, machineType }),
  does: { press: ({ args, ...asked }, tools) => resizeTo({ ...asked, args: { ...args, name: args.cluster } }, tools) },
});

export const resize = defineCommand({
  name: 'resize',
  usage: 'NAME --machine-type TYPE',
  help: 'restarts machines as another type, one by one, once that is approved; rebuilds a cluster that is not up',
  examples: ['/kthw resize demo --machine-type e2-standard-2'],
  places: ['name'],
  args: () =>
    z.strictObject({ name: clusterName, machineType: machineType.describe('the machine type they are to be') }),
  run: resizeTo,
  buttons: [resizeYes],
});

async function resizeTo({ args, by, channel }: Asked<Wanted>, { desk }: Tools): Promise<Reply> {
  const { name, machineType } = args;
  const answer = await desk.resize(name, { machineType, by, channel });
  if ('problem' in answer) return { shown: notUnderstood([answer.problem], [], '/kthw help resize') };
  const started = md`Looking at what *${name}* as *${machineType}* needs. The thread of the message below asks before any machine restarts or goes`;
  return { shown: answered(name, answer, started) };
}
