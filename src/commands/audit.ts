import { z } from 'zod';
import { Secret } from '../store/vault/secret.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import {
  formatAuditJsonl,
  getAuditFileName,
  renderAuditFileComment,
  renderAuditSent,
  renderAuditTrail,
} from './messages/audit-trail.ts';
import { renderUnknownCluster } from './messages/command-replies.ts';
import { revokeButton } from './revoke.ts';
import { defineCommand } from './routing/define-command.ts';

export const audit = defineCommand({
  name: 'audit',
  usage: 'NAME [--jsonl]',
  help: 'shows who asked for what, who approved it, what was taken away and who got a kubeconfig',
  examples: ['/kthw audit demo', '/kthw audit demo --jsonl'],
  positionals: ['name'],
  permission: 'look',
  buildArgsSchema: () =>
    z.strictObject({
      name: clusterNameSchema,
      jsonl: z.boolean().default(false).describe('sends you all of it by direct message, as JSON lines'),
    }),
  run: async ({ args: { name, jsonl } }, { clusterService }) => {
    const entries = await clusterService.getAuditLog(name);
    if (!entries) return { message: renderUnknownCluster(name) };
    if (!jsonl)
      return { message: renderAuditTrail(name, entries, await clusterService.listGrants(name), revokeButton.id) };
    return {
      file: new Secret(formatAuditJsonl(name, entries)),
      filename: getAuditFileName(name),
      comment: renderAuditFileComment(name, entries.length),
      message: renderAuditSent(name),
    };
  },
});
