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
  const guestAttributes: Record<string, Record<string, string>> = {};
  for (const [path, value] of attributes) {
    const [space = '', key = ''] = path.split('/');
    guestAttributes[space] = { ...guestAttributes[space], [key]: value };
  }
  return {
    instance: {
      attributes: metadata.instance,
      description: '',
      'guest-attributes': guestAttributes,
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
