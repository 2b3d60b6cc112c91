import { z } from 'zod';
import { isOwned } from '../src/engine/cluster/is-owned.ts';

const instancesSchema = z.array(
  z.object({ name: z.string(), zone: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
);
const maxNames = 5;

/**
 * Returns why kthw must not be deployed to a project: instances without the ownership mark of a cluster. The bot could
 * change and delete them, because its role applies to the project.
 * @param output JSON of `gcloud compute instances list`; empty for no instances
 */
export function findForeignInstances(output: string): string | undefined {
  const instances = instancesSchema.parse(output === '' ? [] : JSON.parse(output));
  const foreign = instances.filter(
    ({ labels }) => !Object.values(labels).some((name) => name !== '' && isOwned('instances', { labels }, { name })),
  );
  if (foreign.length === 0) return undefined;
  const names = foreign.slice(0, maxNames).map(({ name, zone }) => `${name} (${zone.split('/').at(-1)})`);
  const more = foreign.length > maxNames ? ` and ${foreign.length - maxNames} more` : '';
  return [
    `kthw needs a project of its own, but this one has instances that are not kthw's: ${names.join(', ')}${more}.`,
    'The bot could change and delete them. Use another project, or add --allow-foreign-instances.',
  ].join('\n');
}
