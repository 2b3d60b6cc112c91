import type { protos } from '@google-cloud/compute';
import type { InstancesClient } from '@google-cloud/compute/build/src/v1/instances_client.js';
import type { CallOptions, ComputeApi } from './compute-api.ts';
import type {
  AccessControl,
  ComputeClient,
  InstancePower,
  InstanceSpec,
  InstanceState,
  Metadata,
  MutationOptions,
  ZonalResource,
} from './compute-client.ts';
import { createGoogleResourceClient, getOperation } from './google-resource-client.ts';
import { buildLink, getLinkName, getLinkSegment } from './links.ts';
import type { Operation } from './operation.ts';
import { sortValues } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.IInstance;

interface InstanceRequest {
  readonly project: string;
  readonly zone: string;
  readonly instance: string;
  readonly requestId: string;
}

/** Instances with one boot disk and one external IP address. */
export function createInstanceClient(
  api: ComputeApi,
): Pick<ComputeClient, 'instances' | 'getHostKeys' | 'getSerialOutput'> &
  InstancePower &
  Pick<AccessControl, 'setMetadata'> {
  const { project } = api;
  const getClient = api.createLazyClient<InstancesClient>(
    async () => (await import('@google-cloud/compute/build/src/v1/instances_client.js')).InstancesClient,
  );
  /** Absence is an error here: the desired state needs an instance. */
  async function changeInstance(
    doing: string,
    { name, zone }: ZonalResource,
    { requestId, signal }: MutationOptions,
    send: (client: InstancesClient, target: InstanceRequest, options: CallOptions) => Promise<Operation>,
  ): Promise<void> {
    const target = { project, zone, instance: name, requestId };
    await api.change({ doing: `${doing} ${name}`, verb: 'set', zone }, { zone }, signal, async (options) =>
      send(await getClient(), target, options),
    );
  }

  return {
    stopInstance: (at, call) =>
      changeInstance('stopping instance', at, call, async (c, request, options) =>
        getOperation(await c.stop(request, options)),
      ),
    startInstance: (at, call) =>
      changeInstance('starting instance', at, call, async (c, request, options) =>
        getOperation(await c.start(request, options)),
      ),
    setMachineType: (at, machineType, call) =>
      changeInstance('changing the machine type of instance', at, call, async (c, request, options) => {
        const link = buildLink(project, 'machineTypes', { name: machineType, zone: at.zone });
        const body = { ...request, instancesSetMachineTypeRequestResource: { machineType: link } };
        return getOperation(await c.setMachineType(body, options));
      }),
    setMetadata: (at, { metadata, fingerprint }, call) =>
      changeInstance('changing the metadata of instance', at, call, async (c, request, options) => {
        const body = { ...request, metadataResource: { fingerprint, items: toMetadataItems(metadata) } };
        return getOperation(await c.setMetadata(body, options));
      }),
    instances: createGoogleResourceClient(api, getClient, {
      kind: 'instance',
      field: 'instance',
      scope: 'zone',
      toRequestBody,
      toResource: (raw, at) => ({ ...toInstance(raw), ...('image' in at ? { image: at.image } : {}) }),
    }),
    async getSerialOutput({ name, zone }, byteCount, signal) {
      const found = await api.read(`reading the serial console of ${name}`, signal, async (options) => {
        // A negative start counts from the end.
        const request = { project, zone, instance: name, port: 1, start: -byteCount };
        return (await (await getClient()).getSerialPortOutput(request, options))[0];
      });
      return found?.contents ?? '';
    },
    async getHostKeys({ name, zone }, signal) {
      const found = await api.read(`reading the SSH host keys of ${name}`, signal, async (options) => {
        const request = { project, zone, instance: name, queryPath: 'hostkeys/' };
        return (await (await getClient()).getGuestAttributes(request, options))[0];
      });
      return sortValues(found?.queryValue?.items?.map(({ key, value }) => `${key} ${value}`));
    },
  };
}

/** `image` stays empty: the API stores it with the disk, as the image that the family pointed to at creation. */
export function toInstance(raw: Raw): InstanceSpec & InstanceState {
  const network = raw.networkInterfaces?.[0];
  const metadata = raw.metadata?.items?.map(({ key, value }): [string, string] => [key ?? '', value ?? '']) ?? [];
  return {
    name: raw.name ?? '',
    zone: getLinkName(raw.zone),
    machineType: getLinkName(raw.machineType),
    network: getLinkName(network?.network),
    subnetwork: getLinkName(network?.subnetwork),
    region: getLinkSegment(network?.subnetwork, 'regions'),
    address: network?.networkIP ?? '',
    canIpForward: raw.canIpForward ?? false,
    diskGb: Number(raw.disks?.find((disk) => disk.boot)?.diskSizeGb ?? 0),
    image: '',
    tags: sortValues(raw.tags?.items),
    labels: raw.labels ?? {},
    metadata: Object.fromEntries(metadata),
    id: String(raw.id ?? ''),
    status: String(raw.status ?? ''),
    // A starting instance has the entry with a missing or empty address.
    externalAddress: network?.accessConfigs?.[0]?.natIP || undefined,
    networks: sortValues(raw.networkInterfaces?.map((each) => getLinkName(each.network))),
    deletionProtection: raw.deletionProtection ?? false,
    serviceAccounts: sortValues(raw.serviceAccounts?.map(({ email }) => email ?? '')),
    metadataFingerprint: raw.metadata?.fingerprint ?? '',
  };
}

export function toRequestBody(spec: InstanceSpec, project: string): Raw {
  const { name, zone, region, labels } = spec;
  const [imageProject = '', family = ''] = spec.image.split('/');
  return {
    name,
    machineType: buildLink(project, 'machineTypes', { name: spec.machineType, zone }),
    canIpForward: spec.canIpForward,
    disks: [
      {
        boot: true,
        autoDelete: true,
        type: 'PERSISTENT',
        mode: 'READ_WRITE',
        initializeParams: {
          diskSizeGb: spec.diskGb,
          sourceImage: buildLink(imageProject, 'images/family', { name: family }),
          labels: { ...labels },
        },
      },
    ],
    networkInterfaces: [
      {
        subnetwork: buildLink(project, 'subnetworks', { name: spec.subnetwork, region }),
        networkIP: spec.address,
        accessConfigs: [{ name: 'external-nat', type: 'ONE_TO_ONE_NAT' }],
      },
    ],
    metadata: { items: toMetadataItems(spec.metadata) },
    serviceAccounts: [],
    tags: { items: [...spec.tags] },
    labels: { ...labels },
  };
}

function toMetadataItems(metadata: Metadata) {
  return Object.entries(metadata).map(([key, value]) => ({ key, value }));
}
