import { z } from 'zod';
import { clusterName } from './cluster-name.ts';
import { defineButton } from './define-command.ts';
import { extendHours } from './lifetime.ts';
import { extended } from './messages/lifetime.ts';

/** Under the question whether a cluster is still wanted. It carries the end that was shown, so that two presses extend once. */
export const extendYes = defineButton({
  id: 'lifetime.extend',
  value: z.strictObject({ cluster: clusterName, endsAt: z.iso.datetime() }),
  does: {
    press: async ({ args: { cluster, endsAt }, by }, { desk }) => {
      const extension = await desk.extend(cluster, new Date(endsAt), extendHours, by);
      return extended(cluster, by, extension);
    },
  },
});
