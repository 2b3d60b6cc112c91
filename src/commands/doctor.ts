import { z } from 'zod';
import { clusterName } from './cluster-name.ts';
import { defineCommand } from './define-command.ts';
import { diagnosis } from './messages/doctor.ts';
import { unknownCluster } from './messages/refusals.ts';
import { resizeYes } from './resize.ts';

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
