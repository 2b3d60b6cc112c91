import { z } from 'zod';
import type { ClusterQueries } from '../engine/service/cluster-service.ts';
import type { KubeconfigService } from '../engine/service/kubeconfigs/kubeconfig-service.ts';
import { Secret } from '../store/vault/secret.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { getAuditFileName } from './messages/audit-file.ts';
import { formatAuditJsonl } from './messages/audit-trail.ts';
import {
  renderAuditFileComment,
  renderAuditFileSent,
  renderAuditTrail,
  renderUnknownCluster,
} from './messages/index.ts';
import { revokeButton } from './revoke.ts';
import { defineCommand, type ServiceDeps } from './routing/command.ts';

export const audit = defineCommand({
  name: 'audit',
  usage: 'NAME [--jsonl]',
  summary: 'show who requested, approved and deleted what, and who received a kubeconfig',
  examples: ['/kthw audit demo', '/kthw audit demo --jsonl'],
  positionals: ['name'],
  permission: 'look',
  buildArgsSchema: () =>
    z.strictObject({
      name: clusterNameSchema,
      jsonl: z.boolean().default(false).describe('send the full log by DM as JSON Lines'),
    }),
  run: async ({ args: { name, jsonl } }, { clusterService }: ServiceDeps<ClusterQueries & KubeconfigService>) => {
    const entries = await clusterService.getAuditLog(name);
    if (!entries) return { message: renderUnknownCluster(name) };
    if (!jsonl)
      return { message: renderAuditTrail(name, entries, await clusterService.listGrants(name), revokeButton.id) };
    return {
      file: new Secret(formatAuditJsonl(name, entries)),
      filename: getAuditFileName(name),
      comment: renderAuditFileComment(name, entries.length),
      message: renderAuditFileSent(name),
    };
  },
});
