import { z } from 'zod';
import type { ClusterLifecycle, DiagnosticsService } from '../engine/service/cluster-service.ts';
import type { Person } from '../store/person.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { md } from './messages/markdown.ts';
import { renderRunReply } from './render-run-reply.ts';
import { type CommandReply, defineCommand, type ServiceDeps } from './routing/command.ts';

export const resume = defineCommand({
  name: 'resume',
  usage: 'NAME',
  summary: 'resume a failed or cancelled run',
  examples: ['/kthw resume demo'],
  positionals: ['name'],
  permission: 'create',
  buildArgsSchema: () => z.strictObject({ name: clusterNameSchema }),
  run: ({ args, requester }, deps: ServiceDeps<ClusterLifecycle & DiagnosticsService>) =>
    startResume(args.name, requester, undefined, deps),
});

/** @param run from a button. @default the last run that can be resumed */
export async function startResume(
  name: string,
  requester: Person,
  run: string | undefined,
  { clusterService }: ServiceDeps<ClusterLifecycle & DiagnosticsService>,
): Promise<CommandReply> {
  const result = await clusterService.resumeRun(name, requester, run);
  const started = md`Resuming *${name}*. Progress is shown in its message in the channel`;
  return { message: await renderRunReply(name, result, started, clusterService) };
}
