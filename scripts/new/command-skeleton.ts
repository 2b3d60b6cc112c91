import { insertExport } from './insert-line.ts';
import type { Names } from './names.ts';
import type { Skeleton } from './skeleton.ts';

/** A command that shows the status of a cluster to creators, with its test. */
export function buildCommandSkeleton({ kebab, camel }: Names): Skeleton {
  const path = `src/commands/${kebab}.ts`;
  const testPath = `test/commands/${kebab}.test.ts`;
  return {
    newFiles: {
      [path]: `import { z } from 'zod';
import type { ClusterQueries } from '../engine/service/cluster-service.ts';
import { clusterNameSchema } from './arguments/cluster-name-schema.ts';
import { renderStatus, renderUnknownCluster } from './messages/index.ts';
import { defineCommand, type ServiceDeps } from './routing/command.ts';

export const ${camel} = defineCommand({
  name: '${kebab}',
  usage: 'NAME',
  summary: 'show the status of a cluster',
  examples: ['/kthw ${kebab} demo'],
  positionals: ['name'],
  permission: 'create',
  buildArgsSchema: () => z.strictObject({ name: clusterNameSchema }),
  run: async ({ args }, { clusterService }: ServiceDeps<ClusterQueries>) => {
    const cluster = await clusterService.getStatus(args.name);
    return { message: cluster ? renderStatus(cluster, []) : renderUnknownCluster(args.name) };
  },
});
`,
      [testPath]: `import { expect, test } from 'vitest';
import type { CommandDeps } from '../../src/commands/routing/command.ts';
import { routeCommand } from '../../src/commands/routing/route-command.ts';
import { buildCreateDefaults, channel, testUser } from '../fixtures/run.ts';

const origin = { requester: testUser, channel };

test('replies that a cluster does not exist', async () => {
  const route = routeCommand('${kebab} demo', origin, buildCreateDefaults());
  if (!('execute' in route)) throw new Error('the command did not run');
  const deps = { clusterService: { getStatus: async () => undefined } } as unknown as CommandDeps;
  expect(JSON.stringify(await route.execute(deps))).toContain('demo');
});

test('asks for the missing name', () => {
  expect(JSON.stringify(routeCommand('${kebab}', origin, buildCreateDefaults()))).toContain('NAME');
});
`,
    },
    edits: { 'src/commands/index.ts': (text) => insertExport(text, camel, kebab) },
    nextSteps: [
      `Write usage, summary, examples, arguments and permission in ${path}.`,
      'Call the service in run, and return a message of src/commands/messages.',
      `Write its behaviour as tests in ${testPath}, and run them: npx vitest run ${testPath}`,
    ],
  };
}
