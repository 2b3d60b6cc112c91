import { z } from 'zod';
import { clusterNameSchema } from '../arguments/cluster-name-schema.ts';
import { renderExtensionResult } from '../messages/expiry-reminder.ts';
import { extensionHours } from '../notifier/ttl-schedule.ts';
import { defineButton } from '../routing/define-command.ts';

/** Under the question whether a cluster is still wanted. It carries the end that was shown, so that two presses extend once. */
export const extendButton = defineButton({
  id: 'ttl.extend',
  value: z.strictObject({ cluster: clusterNameSchema, expiresAt: z.iso.datetime() }),
  handler: {
    onClick: async ({ args: { cluster, expiresAt }, requester }, { clusterService }) => {
      const extension = await clusterService.extendTtl(cluster, new Date(expiresAt), extensionHours, requester);
      return renderExtensionResult(cluster, requester, extension);
    },
  },
});
