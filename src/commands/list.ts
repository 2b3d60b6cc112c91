import { z } from 'zod';
import { defineCommand } from './define-command.ts';
import { clusterList } from './messages/status.ts';

export const list = defineCommand({
  name: 'list',
  usage: '',
  help: 'shows every cluster; deleted ones with --deleted',
  examples: ['/kthw list', '/kthw list --deleted'],
  places: [],
  args: () => z.strictObject({ deleted: z.boolean().default(false).describe('deleted ones too') }),
  run: async ({ args }, { desk }) => {
    const all = await desk.list();
    return { shown: clusterList(all.filter(({ record }) => args.deleted || record.state !== 'deleted')) };
  },
});
