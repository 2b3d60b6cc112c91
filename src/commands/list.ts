import { z } from 'zod';
import { clusterList } from './messages/status.ts';
import { defineCommand } from './routing/define-command.ts';

export const list = defineCommand({
  name: 'list',
  usage: '',
  help: 'shows every cluster',
  examples: ['/kthw list'],
  needs: 'look',
  places: [],
  args: () => z.strictObject({}),
  run: async (_, { desk }) => ({ shown: clusterList(await desk.list()) }),
});
