import { ApiError, apiErrors } from '../../api/api-error.ts';
import { buildLink, getLastSegment, parseLink, toResourcePath } from '../../api/links.ts';
import { findReservedAddress, listAddressUsers } from '../addresses.ts';
import { disks } from '../disks.ts';
import { resolveImage } from '../images.ts';
import { getRegion } from '../locations.ts';
import { assertUniqueName } from '../networks.ts';
import { getAddressAt, isInRange, isReservedAddress } from '../ranges.ts';
import type { InsertContext, RelatedResource, ResourceDraft } from '../resource-kind.ts';
import type { Subnetwork } from '../subnetworks.ts';
import { buildMetadata, buildTags } from './instance-fields.ts';
import { type AccessConfig, type Instance, instances, type NetworkInterface } from './instances.ts';
import { findCpuQuotaUsage, getArchitecture, requiresHyperdisk } from './machine-types.ts';

/** The boot disk in an insert request. */
interface DiskRequest {
  readonly boot?: boolean;
  readonly autoDelete?: boolean;
  readonly deviceName?: string;
  readonly initializeParams?: {
    readonly diskName?: string;
    readonly diskSizeGb?: string;
    readonly sourceImage?: string;
    readonly diskType?: string;
  };
}

/** Validates an insert request and adds Google's defaults. @throws ApiError */
export function draftInstance(body: Partial<Instance>, context: InsertContext): ResourceDraft<Instance> {
  assertUniqueName(context, instances);
  const diskRequests = (body.disks ?? []) as readonly DiskRequest[];
  const [disk] = diskRequests;
  if (disk === undefined)
    throw new ApiError(400, 'required', "Invalid value for field 'resource.disks': ''. No disks are specified.");
  if (diskRequests.length > 1) throw apiErrors.notImplemented('An instance with several disks');
  const [nic] = body.networkInterfaces ?? [];
  if (nic === undefined)
    throw new ApiError(
      400,
      'required',
      "Invalid value for field 'resource.networkInterfaces': ''. At least one network interface is required.",
    );
  if ((body.networkInterfaces ?? []).length > 1)
    throw apiErrors.notImplemented('An instance with several network interfaces');
  const machineType = resolveMachineType(body.machineType, 'resource.machineType', context.project.id, context.scope);
  assertBootable(getLastSegment(machineType));
  const boot = draftDisk(disk, context, getLastSegment(machineType));
  const resource = {
    ...body,
    status: 'PROVISIONING',
    machineType,
    canIpForward: body.canIpForward ?? false,
    deletionProtection: body.deletionProtection ?? false,
    startRestricted: false,
    fingerprint: buildMetadata([]).fingerprint,
    metadata: buildMetadata(body.metadata?.items ?? []),
    tags: buildTags(body.tags?.items ?? []),
    scheduling: {
      automaticRestart: true,
      onHostMaintenance: 'MIGRATE',
      preemptible: false,
      provisioningModel: 'STANDARD',
      ...(body as { scheduling?: object }).scheduling,
    },
    serviceAccounts: ((body as { serviceAccounts?: { email?: string }[] }).serviceAccounts ?? []).map((account) => ({
      ...account,
      email:
        account.email === undefined || account.email === 'default'
          ? `${context.project.number}-compute@developer.gserviceaccount.com`
          : account.email,
    })),
    disks: [boot.attached],
    networkInterfaces: [draftInterface(nic, context)],
    shieldedInstanceConfig: { enableSecureBoot: false, enableVtpm: true, enableIntegrityMonitoring: true },
  };
  return { resource, relatedResources: [boot.relatedResource] };
}

/** @throws ApiError 400 for a link that is not a machine type of the zone, 404 for an unknown machine type */
export function resolveMachineType(given: string | undefined, field: string, project: string, scope: string): string {
  if (given === undefined) throw apiErrors.requiredField(field);
  const found = parseLink(given, 'machineTypes', field, project);
  if (found.scope !== scope) throw apiErrors.invalidField(field, given, `The machine type must be in ${scope}.`);
  if (findCpuQuotaUsage(found.name) === undefined) throw apiErrors.notFound(toResourcePath(found.link));
  return found.link;
}

/** All images of the emulator are for x86. */
function assertBootable(machineType: string): void {
  const architecture = getArchitecture(machineType);
  if (architecture === 'X86_64') return;
  throw new ApiError(
    400,
    'invalid',
    `Invalid resource usage: 'Requested boot disk architecture (X86_64) is not compatible with machine type architecture (${architecture}).'.`,
  );
}

function draftDisk(
  disk: DiskRequest,
  context: InsertContext,
  machineType: string,
): { readonly attached: Instance['disks'][number]; readonly relatedResource: RelatedResource } {
  const params = disk.initializeParams;
  if (params === undefined) throw apiErrors.notImplemented('Booting an instance from an existing disk');
  if (params.sourceImage === undefined) throw apiErrors.requiredField('resource.disks[0].initializeParams.sourceImage');
  const image = resolveImage(params.sourceImage, 'resource.disks[0].initializeParams.sourceImage');
  const sizeGb = params.diskSizeGb ?? image.diskSizeGb;
  if (Number(sizeGb) < Number(image.diskSizeGb) || Number(sizeGb) > 65536) {
    const reason = `Requested disk size cannot be smaller than the image size (${image.diskSizeGb} GB) or larger than 65536 GB.`;
    throw apiErrors.invalidField('resource.disks[0].initializeParams.diskSizeGb', sizeGb, reason);
  }
  const name = params.diskName ?? context.name;
  const source = buildLink(context.project.id, context.scope, 'disks', name);
  const autoDelete = disk.autoDelete ?? false;
  const attached = {
    kind: 'compute#attachedDisk',
    index: 0,
    type: 'PERSISTENT',
    mode: 'READ_WRITE',
    interface: 'SCSI',
    boot: true,
    autoDelete,
    deviceName: disk.deviceName ?? 'persistent-disk-0',
    diskSizeGb: sizeGb,
    licenses: image.licenses,
    source,
  };
  const type = getLastSegment(
    params.diskType ?? (requiresHyperdisk(machineType) ? 'hyperdisk-balanced' : 'pd-standard'),
  );
  const resource = {
    sizeGb,
    status: 'READY',
    type: buildLink(context.project.id, context.scope, 'diskTypes', type),
    sourceImage: image.selfLink,
    sourceImageId: image.id,
    licenses: image.licenses,
    physicalBlockSizeBytes: '4096',
  };
  return { attached, relatedResource: { kind: disks, scope: context.scope, name, resource, autoDelete } };
}

function draftInterface(nic: NetworkInterface, context: InsertContext): NetworkInterface {
  if (nic.subnetwork === undefined) throw apiErrors.requiredField('resource.networkInterfaces[0].subnetwork');
  const found = parseLink(
    nic.subnetwork,
    'subnetworks',
    'resource.networkInterfaces[0].subnetwork',
    context.project.id,
  );
  if (getRegion(found.scope) !== context.region) {
    throw apiErrors.invalidField(
      'resource.networkInterfaces[0].subnetwork',
      nic.subnetwork,
      `The subnetwork is not in the region ${context.region}.`,
    );
  }
  const subnetwork = context.project.getReady(found.link).resource as Subnetwork;
  const usedAddresses = context.project
    .listByKind(instances)
    .flatMap(({ resource }) => resource.networkInterfaces)
    .filter((other) => other.subnetwork === subnetwork.selfLink)
    .map(({ networkIP }) => networkIP);
  const configs = nic.accessConfigs ?? [];
  return {
    ...nic,
    ...{
      kind: 'compute#networkInterface',
      name: 'nic0',
      stackType: 'IPV4_ONLY',
      fingerprint: buildMetadata([]).fingerprint,
    },
    network: subnetwork.network,
    subnetwork: subnetwork.selfLink,
    networkIP: allocateInternalAddress(nic.networkIP, subnetwork.ipCidrRange, new Set(usedAddresses)),
    ...(configs.length === 0
      ? {}
      : { accessConfigs: configs.slice(0, 1).map((config) => draftAccessConfig(config, context)) }),
  };
}

function allocateInternalAddress(
  requestedAddress: string | undefined,
  range: string,
  usedAddresses: ReadonlySet<string>,
): string {
  const field = 'resource.networkInterfaces[0].networkIP';
  if (requestedAddress !== undefined && requestedAddress !== '') {
    if (!isInRange(requestedAddress, range) || isReservedAddress(requestedAddress, range)) {
      throw apiErrors.invalidField(
        field,
        requestedAddress,
        `Requested internal IP address is not one of the subnetwork's range ${range} that machines may have.`,
      );
    }
    if (usedAddresses.has(requestedAddress))
      throw new ApiError(
        400,
        'ipInUseByAnotherResource',
        `IP '${requestedAddress}' is already being used by another resource.`,
      );
    return requestedAddress;
  }
  for (let offset = 2; isInRange(getAddressAt(range, offset), range); offset++) {
    const address = getAddressAt(range, offset);
    if (!usedAddresses.has(address) && !isReservedAddress(address, range)) return address;
  }
  throw new ApiError(400, 'ipSpaceExhausted', `The IP space of the range ${range} is exhausted.`);
}

function draftAccessConfig(config: AccessConfig, context: InsertContext): AccessConfig {
  const { natIP, ...rest } = config;
  const field = 'resource.networkInterfaces[0].accessConfigs[0].natIP';
  if (natIP !== undefined && findReservedAddress(natIP, context.region, context.project) === undefined) {
    throw apiErrors.invalidField(field, natIP, 'The specified external IP address was not found in the region.');
  }
  if (natIP !== undefined && listAddressUsers(natIP, context.project).length > 0) {
    throw new ApiError(400, 'externalIpInUse', `The external IP '${natIP}' is already being used by another resource.`);
  }
  return {
    ...rest,
    ...{ kind: 'compute#accessConfig', networkTier: 'PREMIUM' },
    name: config.name ?? 'external-nat',
    type: 'ONE_TO_ONE_NAT',
    natIP: natIP ?? context.cloud.allocateAddress(),
  };
}
