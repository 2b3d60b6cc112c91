import type { MachineSpec } from '../../machine-backend.ts';

/** A directory of the metadata server, or a value. List directories use indexes as keys. */
export type MetadataNode =
  | string
  | number
  | boolean
  | readonly MetadataNode[]
  | { readonly [key: string]: MetadataNode };

/** Builds a machine's metadata below computeMetadata/v1. Layout: Compute Engine's "predefined metadata keys". */
export function buildMetadataTree(machine: MachineSpec, attributes: ReadonlyMap<string, string>): MetadataNode {
  const { metadata, name } = machine;
  // Maps, because the instance chooses the names.
  const guestAttributes = new Map<string, Map<string, string>>();
  for (const [path, value] of attributes) {
    const [space = '', key = ''] = path.split('/');
    guestAttributes.set(space, (guestAttributes.get(space) ?? new Map<string, string>()).set(key, value));
  }
  return {
    instance: {
      attributes: metadata.instance,
      description: '',
      'guest-attributes': Object.fromEntries(
        [...guestAttributes].map(([space, values]) => [space, Object.fromEntries(values)]),
      ),
      hostname: `${name}.c.${metadata.projectId}.internal`,
      id: machine.id,
      name,
      'network-interfaces': [
        {
          'access-configs': [{ 'external-ip': metadata.externalAddress ?? '', type: 'ONE_TO_ONE_NAT' }],
          ip: machine.address,
          network: `projects/${metadata.projectId}/networks/${machine.network}`,
        },
      ],
      tags: machine.tags,
      zone: `projects/${metadata.projectId}/zones/${metadata.zone}`,
    },
    project: { attributes: metadata.project, 'project-id': metadata.projectId },
  };
}
