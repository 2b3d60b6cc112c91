import { z } from 'zod';
import type { ClusterLifecycle } from '../../engine/service/cluster-service.ts';
import { clusterNameSchema } from '../arguments/cluster-name-schema.ts';
import { renderExtensionResult } from '../messages/index.ts';
import { extensionHours } from '../notifier/expiry-action.ts';
import { defineButton, type ServiceDeps } from '../routing/command.ts';

/** Shown in an expiry reminder. It carries the displayed expiry, so that repeated clicks extend the TTL once. */
export const extendButton = defineButton({
  id: 'ttl.extend',
  value: z.strictObject({ cluster: clusterNameSchema, expiresAt: z.iso.datetime() }),
  handler: {
    onClick: async ({ args: { cluster, expiresAt }, requester }, { clusterService }: ServiceDeps<ClusterLifecycle>) => {
      const extension = await clusterService.extendTtl(cluster, new Date(expiresAt), extensionHours, requester);
      return renderExtensionResult(cluster, requester, extension);
    },
  },
});
