import type { protos } from '@google-cloud/compute';
import type { InstancesClient } from '@google-cloud/compute/build/src/v1/instances_client.js';
import type { Api, CallOptions } from './compute-api.ts';
import type { Access, Call, Cloud, Instance, InstanceFound, Metadata, Power, Zonal } from './compute-client.ts';
import { linkTo, nameIn, partOf } from './links.ts';
import type { Operation } from './operation.ts';
import { resourceOf, sorted, startedOperation } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.IInstance;

interface Asked {
  readonly project: string;
  readonly zone: string;
  readonly instance: string;
  readonly requestId: string;
}

/** Virtual machines with one boot disk and one external address. */
export function instances(api: Api): Pick<Cloud, 'instances' | 'hostKeys'> & Power & Pick<Access, 'setMetadata'> {
  const { project } = api;
  const client = api.client<InstancesClient>(
    async () => (await import('@google-cloud/compute/build/src/v1/instances_client.js')).InstancesClient,
  );
  /** Gone is an error here: there is nothing that could be as it was asked for. */
  async function set(
    doing: string,
    { name, zone }: Zonal,
    { request, signal }: Call,
    send: (c: InstancesClient, at: Asked, options: CallOptions) => Promise<Operation>,
  ): Promise<void> {
    const at = { project, zone, instance: name, requestId: request };
    await api.change({ doing: `${doing} ${name}`, verb: 'set', zone }, { zone }, signal, async (options) =>
      send(await client(), at, options),
    );
  }

  return {
    stopInstance: (at, call) =>
      set('stopping machine', at, call, async (c, asked, options) => startedOperation(await c.stop(asked, options))),
    startInstance: (at, call) =>
      set('starting machine', at, call, async (c, asked, options) => startedOperation(await c.start(asked, options))),
    setMachineType: (at, machineType, call) =>
      set('changing the type of machine', at, call, async (c, asked, options) => {
        const link = linkTo(project, 'machineTypes', { name: machineType, zone: at.zone });
        const body = { ...asked, instancesSetMachineTypeRequestResource: { machineType: link } };
        return startedOperation(await c.setMachineType(body, options));
      }),
    setMetadata: (at, { metadata, fingerprint }, call) =>
      set('changing the metadata of machine', at, call, async (c, asked, options) => {
        const body = { ...asked, metadataResource: { fingerprint, items: itemsOf(metadata) } };
        return startedOperation(await c.setMetadata(body, options));
      }),
    instances: resourceOf(api, {
      kind: 'machine',
      async get({ name, zone }, options) {
        return (await (await client()).get({ project, zone, instance: name }, options))[0];
      },
      async insert(spec, requestId, options) {
        const request = { project, requestId, zone: spec.zone, instanceResource: instanceBody(project, spec) };
        return startedOperation(await (await client()).insert(request, options));
      },
      async delete({ name, zone }, requestId, options) {
        return startedOperation(await (await client()).delete({ project, requestId, zone, instance: name }, options));
      },
      async list({ zone }, options) {
        return (await (await client()).list({ project, zone }, options))[0];
      },
      found: (raw, at) => ({ ...instanceFrom(raw), ...('image' in at ? { image: at.image } : {}) }),
    }),
    async hostKeys({ name, zone }, signal) {
      const found = await api.read(`reading the ssh host keys of ${name}`, signal, async (options) => {
        const request = { project, zone, instance: name, queryPath: 'hostkeys/' };
        return (await (await client()).getGuestAttributes(request, options))[0];
      });
      return sorted(found?.queryValue?.items?.map(({ key, value }) => `${key} ${value}`));
    },
  };
}

/** `image` stays empty: the API keeps it with the disk, as the version that the family's name stood for at the time. */
export function instanceFrom(raw: Raw): Instance & InstanceFound {
  const network = raw.networkInterfaces?.[0];
  const metadata = raw.metadata?.items?.map(({ key, value }): [string, string] => [key ?? '', value ?? '']) ?? [];
  return {
    name: raw.name ?? '',
    zone: nameIn(raw.zone),
    machineType: nameIn(raw.machineType),
    network: nameIn(network?.network),
    subnetwork: nameIn(network?.subnetwork),
    region: partOf(network?.subnetwork, 'regions'),
    address: network?.networkIP ?? '',
    canIpForward: raw.canIpForward ?? false,
    diskGb: Number(raw.disks?.find((disk) => disk.boot)?.diskSizeGb ?? 0),
    image: '',
    tags: sorted(raw.tags?.items),
    labels: raw.labels ?? {},
    scopes: sorted(raw.serviceAccounts?.[0]?.scopes),
    metadata: Object.fromEntries(metadata),
    status: String(raw.status ?? ''),
    // A machine that is starting has the entry and not yet the address, or an empty one.
    externalAddress: network?.accessConfigs?.[0]?.natIP || undefined,
    metadataFingerprint: raw.metadata?.fingerprint ?? '',
  };
}

export function instanceBody(project: string, spec: Instance): Raw {
  const { name, zone, region, labels } = spec;
  const [imageProject = '', family = ''] = spec.image.split('/');
  return {
    name,
    machineType: linkTo(project, 'machineTypes', { name: spec.machineType, zone }),
    canIpForward: spec.canIpForward,
    disks: [
      {
        boot: true,
        autoDelete: true,
        type: 'PERSISTENT',
        mode: 'READ_WRITE',
        initializeParams: {
          diskSizeGb: spec.diskGb,
          sourceImage: linkTo(imageProject, 'images/family', { name: family }),
          labels: { ...labels },
        },
      },
    ],
    networkInterfaces: [
      {
        subnetwork: linkTo(project, 'subnetworks', { name: spec.subnetwork, region }),
        networkIP: spec.address,
        accessConfigs: [{ name: 'external-nat', type: 'ONE_TO_ONE_NAT' }],
      },
    ],
    metadata: { items: itemsOf(spec.metadata) },
    serviceAccounts: [{ email: 'default', scopes: [...spec.scopes] }],
    tags: { items: [...spec.tags] },
    labels: { ...labels },
  };
}

function itemsOf(metadata: Metadata) {
  return Object.entries(metadata).map(([key, value]) => ({ key, value }));
}
