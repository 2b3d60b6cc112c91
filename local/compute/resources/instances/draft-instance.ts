import { ApiError, refuse } from '../../api/api-error.ts';
import { lastOf, linkTo, pathOf, readLink } from '../../api/links.ts';
import { reservedAs, usersOf } from '../addresses.ts';
import { disks } from '../disks.ts';
import { readImage } from '../images.ts';
import { regionOf } from '../locations.ts';
import { onlyOne } from '../networks.ts';
import { hostAt, isInRange, isReserved } from '../ranges.ts';
import type { Draft, Part, Site } from '../resource-kind.ts';
import type { Subnetwork } from '../subnetworks.ts';
import { metadataOf, tagsOf } from './instance-fields.ts';
import { type AccessConfig, type Instance, instances, type NetworkInterface } from './instances.ts';
import { cpusOf } from './machine-types.ts';

/** A disk as a request describes it: the boot disk of a new machine. */
interface AskedDisk {
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

/** Checks what was asked for a machine and fills in what Google fills in. @throws ApiError */
export function draftInstance(body: Partial<Instance>, site: Site): Draft<Instance> {
  onlyOne(site, instances);
  const asked = (body.disks ?? []) as readonly AskedDisk[];
  const [disk] = asked;
  if (disk === undefined)
    throw new ApiError(400, 'required', "Invalid value for field 'resource.disks': ''. No disks are specified.");
  if (asked.length > 1) throw refuse.absentHere('a machine with more than its boot disk');
  const [nic] = body.networkInterfaces ?? [];
  if (nic === undefined)
    throw new ApiError(
      400,
      'required',
      "Invalid value for field 'resource.networkInterfaces': ''. At least one network interface is required.",
    );
  if ((body.networkInterfaces ?? []).length > 1)
    throw refuse.absentHere('a machine with more than one network interface');
  const boot = draftDisk(disk, site);
  const resource = {
    ...body,
    status: 'PROVISIONING',
    machineType: readMachineType(body.machineType, 'resource.machineType', site.project.id, site.scope),
    canIpForward: body.canIpForward ?? false,
    deletionProtection: body.deletionProtection ?? false,
    startRestricted: false,
    fingerprint: metadataOf([]).fingerprint,
    metadata: metadataOf(body.metadata?.items ?? []),
    tags: tagsOf(body.tags?.items ?? []),
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
          ? `${site.project.number}-compute@developer.gserviceaccount.com`
          : account.email,
    })),
    disks: [boot.attached],
    networkInterfaces: [draftInterface(nic, site)],
    shieldedInstanceConfig: { enableSecureBoot: false, enableVtpm: true, enableIntegrityMonitoring: true },
  };
  return { resource, parts: [boot.part] };
}

/** @throws ApiError 400 for a link to no machine type of the zone, 404 for one that isn't there */
export function readMachineType(given: string | undefined, field: string, project: string, scope: string): string {
  if (given === undefined) throw refuse.required(field);
  const found = readLink(given, 'machineTypes', field, project);
  if (found.scope !== scope) throw refuse.field(field, given, `The machine type is not in ${scope}.`);
  if (cpusOf(found.name) === undefined) throw refuse.notFound(pathOf(found.link));
  return found.link;
}

function draftDisk(disk: AskedDisk, site: Site): { readonly attached: Instance['disks'][number]; readonly part: Part } {
  const params = disk.initializeParams;
  if (params === undefined) throw refuse.absentHere('a machine on a disk that exists already');
  if (params.sourceImage === undefined) throw refuse.required('resource.disks[0].initializeParams.sourceImage');
  const image = readImage(params.sourceImage, 'resource.disks[0].initializeParams.sourceImage');
  const sizeGb = params.diskSizeGb ?? image.diskSizeGb;
  if (Number(sizeGb) < Number(image.diskSizeGb) || Number(sizeGb) > 65536) {
    const why = `Requested disk size cannot be smaller than the image size (${image.diskSizeGb} GB) or larger than 65536 GB.`;
    throw refuse.field('resource.disks[0].initializeParams.diskSizeGb', sizeGb, why);
  }
  const name = params.diskName ?? site.name;
  const source = linkTo(site.project.id, site.scope, 'disks', name);
  const owned = disk.autoDelete ?? false;
  const attached = {
    kind: 'compute#attachedDisk',
    index: 0,
    type: 'PERSISTENT',
    mode: 'READ_WRITE',
    interface: 'SCSI',
    boot: true,
    autoDelete: owned,
    deviceName: disk.deviceName ?? 'persistent-disk-0',
    diskSizeGb: sizeGb,
    licenses: image.licenses,
    source,
  };
  const type = lastOf(params.diskType ?? 'pd-standard');
  const resource = {
    sizeGb,
    status: 'READY',
    type: linkTo(site.project.id, site.scope, 'diskTypes', type),
    sourceImage: image.selfLink,
    sourceImageId: image.id,
    licenses: image.licenses,
    physicalBlockSizeBytes: '4096',
  };
  return { attached, part: { kind: disks, scope: site.scope, name, resource, owned } };
}

function draftInterface(nic: NetworkInterface, site: Site): NetworkInterface {
  if (nic.subnetwork === undefined) throw refuse.required('resource.networkInterfaces[0].subnetwork');
  const found = readLink(nic.subnetwork, 'subnetworks', 'resource.networkInterfaces[0].subnetwork', site.project.id);
  if (regionOf(found.scope) !== site.region) {
    throw refuse.field(
      'resource.networkInterfaces[0].subnetwork',
      nic.subnetwork,
      `The subnetwork is not in the region ${site.region}.`,
    );
  }
  const subnetwork = site.project.ready(found.link).resource as Subnetwork;
  const taken = site.project
    .of(instances)
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
      fingerprint: metadataOf([]).fingerprint,
    },
    network: subnetwork.network,
    subnetwork: subnetwork.selfLink,
    networkIP: internalAddress(nic.networkIP, subnetwork.ipCidrRange, new Set(taken)),
    ...(configs.length === 0 ? {} : { accessConfigs: configs.slice(0, 1).map((config) => draftAccess(config, site)) }),
  };
}

function internalAddress(asked: string | undefined, range: string, taken: ReadonlySet<string>): string {
  const field = 'resource.networkInterfaces[0].networkIP';
  if (asked !== undefined && asked !== '') {
    if (!isInRange(asked, range) || isReserved(asked, range)) {
      throw refuse.field(
        field,
        asked,
        `Requested internal IP address is not one of the subnetwork's range ${range} that machines may have.`,
      );
    }
    if (taken.has(asked))
      throw new ApiError(400, 'ipInUseByAnotherResource', `IP '${asked}' is already being used by another resource.`);
    return asked;
  }
  for (let place = 2; isInRange(hostAt(range, place), range); place++) {
    const address = hostAt(range, place);
    if (!taken.has(address) && !isReserved(address, range)) return address;
  }
  throw new ApiError(400, 'ipSpaceExhausted', `The IP space of the range ${range} is exhausted.`);
}

function draftAccess(config: AccessConfig, site: Site): AccessConfig {
  const { natIP, ...asked } = config;
  const field = 'resource.networkInterfaces[0].accessConfigs[0].natIP';
  if (natIP !== undefined && reservedAs(natIP, site.region, site.project) === undefined) {
    throw refuse.field(field, natIP, 'The specified external IP address was not found in the region.');
  }
  if (natIP !== undefined && usersOf(natIP, site.project).length > 0) {
    throw new ApiError(400, 'externalIpInUse', `The external IP '${natIP}' is already being used by another resource.`);
  }
  return {
    ...asked,
    ...{ kind: 'compute#accessConfig', networkTier: 'PREMIUM' },
    name: config.name ?? 'external-nat',
    type: 'ONE_TO_ONE_NAT',
    natIP: natIP ?? site.world.allot(),
  };
}
