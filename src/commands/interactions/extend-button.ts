import { z } from 'zod';
import { clusterName } from '../arguments/cluster-name-schema.ts';
import { extended } from '../messages/expiry-reminder.ts';
import { extendHours } from '../notifier/ttl-schedule.ts';
import { defineButton } from '../routing/define-command.ts';

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
