import { z } from 'zod';
import { renderClusterList } from './messages/status.ts';
import { defineCommand } from './routing/define-command.ts';

export const list = defineCommand({
  name: 'list',
  usage: '',
  help: 'shows every cluster',
  examples: ['/kthw list'],
  permission: 'look',
  positionals: [],
  buildArgsSchema: () => z.strictObject({}),
  run: async (_, { clusterService }) => ({ message: renderClusterList(await clusterService.listClusters()) }),
});
