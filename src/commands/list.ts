import { z } from 'zod';
import type { ClusterQueries } from '../engine/service/cluster-service.ts';
import { isClusterVisible } from './authorization/find-home-channel.ts';
import { renderClusterList } from './messages/index.ts';
import { type CommandDeps, defineCommand, type ServiceDeps } from './routing/command.ts';

export const list = defineCommand({
  name: 'list',
  usage: '',
  summary: 'list the clusters of this channel, or all where the policy allows',
  examples: ['/kthw list'],
  permission: 'look',
  positionals: [],
  buildArgsSchema: () => z.strictObject({}),
  run: async ({ channel }, { clusterService, policy }: ServiceDeps<ClusterQueries> & Pick<CommandDeps, 'policy'>) => {
    const clusters = await clusterService.listClusters();
    return {
      message: renderClusterList(clusters.filter(({ record }) => isClusterVisible(policy, channel, record.channel))),
    };
  },
});
