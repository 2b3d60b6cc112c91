import { z } from 'zod';
import { clusterName } from './arguments/cluster-name-schema.ts';
import { unknownCluster } from './messages/command-replies.ts';
import { diagnosis } from './messages/doctor-report.ts';
import { resizeYes } from './resize.ts';
import { defineCommand } from './routing/define-command.ts';

export const doctor = defineCommand({
  name: 'doctor',
  usage: 'NAME',
  help: 'looks at the machines of a cluster: etcd, restarts, CPU, memory, and says what is wrong and what to do',
  examples: ['/kthw doctor demo'],
  places: ['name'],
  args: () => z.strictObject({ name: clusterName }),
  needs: 'look',
  run: async ({ args }, { desk }) => {
    const seen = await desk.doctor(args.name);
    return { shown: 'unknown' in seen ? unknownCluster(args.name) : diagnosis(seen, resizeYes.id) };
  },
});
