import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { clusterName } from './arguments/cluster-name-schema.ts';
import { answered, unknownCluster } from './messages/command-replies.ts';
import { askForName, confirmDelete, kept, typingTheName } from './messages/delete-confirmation.ts';
import { md } from './messages/markdown.ts';
import { defineButton, defineCommand, defineModal } from './routing/define-command.ts';

const value = z.strictObject({ cluster: clusterName });
const nameBlock = 'name';

export const deleteYes = defineButton({
  id: 'delete.yes',
  value,
  does: {
    opens: ({ args: { cluster }, channel }) => ({
      view: askToType(cluster, channel),
      meanwhile: typingTheName(cluster),
    }),
  },
});

const no = defineButton({
  id: 'delete.no',
  value,
  needs: () => 'look',
  does: {
    press: async ({ args: { cluster } }) => ({ shown: kept(cluster), replaces: true }),
  },
});

/** Who types the name means this cluster and no other. */
const typed = defineModal({
  id: 'delete.typed',
  value: z.strictObject({ cluster: clusterName, channel: z.string().min(1).max(50) }),
  problems: ({ cluster }, { [nameBlock]: name = '' }) =>
    name.trim() === cluster ? undefined : { [nameBlock]: `This is not its name. Type ${cluster}, or close this` },
  submit: async ({ args: { cluster }, by, channel }, { desk }) => {
    const answer = await desk.delete(cluster, by, channel);
    return { shown: answered(cluster, answer, md`Deleting *${cluster}*. The message below shows how far it is`) };
  },
});

/** The modal that deletes a cluster once its name is typed. `channel`: where that is told. */
export function askToType(cluster: string, channel: string): ModalView {
  return askForName(cluster, { id: typed.id, block: nameBlock, value: { cluster, channel } });
}

/** Named so because `delete` is a word of the language. */
export const deleteCluster = defineCommand({
  name: 'delete',
  usage: 'NAME',
  help: 'removes a cluster and everything that belongs to it, after asking for its name',
  examples: ['/kthw delete demo'],
  places: ['name'],
  args: () => z.strictObject({ name: clusterName }),
  run: async ({ args }, { desk }) => {
    const found = await desk.status(args.name);
    if (!found) return { shown: unknownCluster(args.name) };
    const { controllers, workers } = found.record.spec;
    return { shown: confirmDelete(args.name, controllers + workers, { yes: deleteYes.id, no: no.id }) };
  },
  buttons: [deleteYes, no],
  modals: [typed],
});
