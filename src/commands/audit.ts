import { z } from 'zod';
import { Secret } from '../store/vault/secret.ts';
import { clusterName } from './arguments/cluster-name-schema.ts';
import { auditFile, auditLines, auditNote, auditSent, auditTrail } from './messages/audit-trail.ts';
import { unknownCluster } from './messages/command-replies.ts';
import { revokeYes } from './revoke.ts';
import { defineCommand } from './routing/define-command.ts';

export const audit = defineCommand({
  name: 'audit',
  usage: 'NAME [--jsonl]',
  help: 'shows who asked for what, who approved it, what was taken away and who got a kubeconfig',
  examples: ['/kthw audit demo', '/kthw audit demo --jsonl'],
  places: ['name'],
  needs: 'look',
  args: () =>
    z.strictObject({
      name: clusterName,
      jsonl: z.boolean().default(false).describe('sends you all of it by direct message, as JSON lines'),
    }),
  run: async ({ args: { name, jsonl } }, { desk }) => {
    const entries = await desk.audit(name);
    if (!entries) return { shown: unknownCluster(name) };
    if (!jsonl) return { shown: auditTrail(name, entries, await desk.grants(name), revokeYes.id) };
    return {
      file: new Secret(auditLines(name, entries)),
      filename: auditFile(name),
      comment: auditNote(name, entries.length),
      shown: auditSent(name),
    };
  },
});
