import { z } from 'zod';
import { clusterName } from './cluster-name.ts';
import { defineCommand } from './define-command.ts';
import { unknownCluster } from './messages/refusals.ts';
import { status as statusMessage } from './messages/status.ts';

export const status = defineCommand({
  name: 'status',
  usage: 'NAME',
  help: 'shows one cluster and how far its newest run is',
  examples: ['/kthw status demo'],
  places: ['name'],
  args: () => z.strictObject({ name: clusterName }),
  run: async ({ args }, { desk }) => {
    const found = await desk.status(args.name);
    return { shown: found ? statusMessage(found) : unknownCluster(args.name) };
  },
});
