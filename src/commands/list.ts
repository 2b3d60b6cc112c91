import { z } from 'zod';
import { defineCommand } from './define-command.ts';
import { clusterList } from './messages/status.ts';

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
