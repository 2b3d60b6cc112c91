import { z } from 'zod';
import { approvals } from './approvals.ts';
import { clusterName } from './cluster-name.ts';
import { defineCommand } from './define-command.ts';
import { waiting } from './messages/question.ts';
import { unknownCluster } from './messages/refusals.ts';
import { status as statusMessage } from './messages/status.ts';

export const status = defineCommand({
  name: 'status',
  usage: 'NAME',
  help: 'shows one cluster and how far its newest run is',
  examples: ['/kthw status demo'],
  needs: 'look',
  places: ['name'],
  args: () => z.strictObject({ name: clusterName }),
  run: async ({ args }, { desk, policy }) => {
    const found = await desk.status(args.name);
    if (!found) return { shown: unknownCluster(args.name) };
    const asked = found.latest && !found.latest.over ? await desk.approval(found.latest.run) : undefined;
    const ids = { yes: approvals.yes.id, no: approvals.no.id };
    return { shown: statusMessage(found, asked ? waiting(asked, policy, ids) : []) };
  },
});
