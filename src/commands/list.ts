import { z } from 'zod';
import type { ClusterQueries } from '../engine/service/cluster-service.ts';
import { renderClusterList } from './messages/index.ts';
import { defineCommand, type ServiceDeps } from './routing/command.ts';

export const list = defineCommand({
  name: 'list',
  usage: '',
  summary: 'list all clusters',
  examples: ['/kthw list'],
  permission: 'look',
  positionals: [],
  buildArgsSchema: () => z.strictObject({}),
  run: async (_, { clusterService }: ServiceDeps<ClusterQueries>) => ({
    message: renderClusterList(await clusterService.listClusters()),
  }),
});
