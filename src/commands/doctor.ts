import { z } from 'zod';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { renderUnknownCluster } from './messages/command-replies.ts';
import { renderDoctorReport } from './messages/doctor-report.ts';
import { resizeButton } from './resize.ts';
import { defineCommand } from './routing/define-command.ts';

export const doctor = defineCommand({
  name: 'doctor',
  usage: 'NAME',
  help: 'looks at the machines of a cluster: etcd, restarts, CPU, memory, and says what is wrong and what to do',
  examples: ['/kthw doctor demo'],
  positionals: ['name'],
  buildArgsSchema: () => z.strictObject({ name: clusterNameSchema }),
  permission: 'look',
  run: async ({ args }, { clusterService }) => {
    const report = await clusterService.runDoctor(args.name);
    return {
      message: 'notFound' in report ? renderUnknownCluster(args.name) : renderDoctorReport(report, resizeButton.id),
    };
  },
});
