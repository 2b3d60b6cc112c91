import { z } from 'zod';
import { clusterName } from './cluster-name.ts';
import { defineButton, defineCommand } from './define-command.ts';
import { message } from './messages/blocks.ts';
import { confirmDelete } from './messages/confirm.ts';
import { md } from './messages/markdown.ts';
import { answered, unknownCluster } from './messages/refusals.ts';

const value = z.strictObject({ cluster: clusterName });

const yes = defineButton({
  id: 'delete.yes',
  value,
  press: async ({ args: { cluster }, by, channel }, { desk }) => {
    const answer = await desk.delete(cluster, by, channel);
    const shown = answered(cluster, answer, md`Deleting *${cluster}*. The message below shows how far it is`);
    return { shown, replaces: true };
  },
});

const no = defineButton({
  id: 'delete.no',
  value,
  press: async ({ args: { cluster } }) => ({ shown: message(md`*${cluster}* stays as it is`), replaces: true }),
});

/** Named so because `delete` is a word of the language. */
export const deleteCluster = defineCommand({
  name: 'delete',
  usage: 'NAME',
  help: 'removes a cluster and everything that belongs to it, after asking',
  examples: ['/kthw delete demo'],
  places: ['name'],
  args: () => z.strictObject({ name: clusterName }),
  run: async ({ args }, { desk }) => {
    const found = await desk.status(args.name);
    if (!found) return { shown: unknownCluster(args.name) };
    const { controllers, workers } = found.record.spec;
    return { shown: confirmDelete(args.name, controllers + workers, { yes: yes.id, no: no.id }) };
  },
  buttons: [yes, no],
});
