/**
 * Compute Engine permissions of the bot's service account, by API call. Source: "IAM Permissions" on each method's page
 * in https://cloud.google.com/compute/docs/reference/rest/v1, plus those of the resources it uses. A test compares them
 * with the calls of complete runs.
 */
export const permissionsByCall: Readonly<Record<string, readonly string[]>> = {
  'POST /global/networks': ['compute.networks.create'],
  ...buildReadPermissions('global', 'networks', 'network'),
  'DELETE /global/networks/{network}': ['compute.networks.delete'],
  'POST /regions/{region}/subnetworks': ['compute.subnetworks.create', 'compute.networks.updatePolicy'],
  ...buildReadPermissions('regions/{region}', 'subnetworks', 'subnetwork'),
  'DELETE /regions/{region}/subnetworks/{subnetwork}': ['compute.subnetworks.delete', 'compute.networks.updatePolicy'],
  'POST /global/firewalls': ['compute.firewalls.create', 'compute.networks.updatePolicy'],
  ...buildReadPermissions('global', 'firewalls', 'firewall'),
  'PATCH /global/firewalls/{firewall}': [
    'compute.firewalls.get',
    'compute.firewalls.update',
    'compute.networks.updatePolicy',
  ],
  'DELETE /global/firewalls/{firewall}': ['compute.firewalls.delete', 'compute.networks.updatePolicy'],
  'POST /global/routes': ['compute.routes.create', 'compute.networks.updatePolicy'],
  ...buildReadPermissions('global', 'routes', 'route'),
  'DELETE /global/routes/{route}': ['compute.routes.delete', 'compute.networks.updatePolicy'],
  'POST /regions/{region}/addresses': ['compute.addresses.create'],
  'POST /regions/{region}/addresses/{resource}/setLabels': ['compute.addresses.setLabels'],
  ...buildReadPermissions('regions/{region}', 'addresses', 'address'),
  'DELETE /regions/{region}/addresses/{address}': ['compute.addresses.delete'],
  'POST /zones/{zone}/instances': [
    'compute.instances.create',
    'compute.instances.setLabels',
    'compute.instances.setMetadata',
    'compute.instances.setTags',
    'compute.disks.create',
    'compute.disks.setLabels',
    'compute.subnetworks.use',
    'compute.subnetworks.useExternalIp',
  ],
  ...buildReadPermissions('zones/{zone}', 'instances', 'instance'),
  'GET /zones/{zone}/instances/{instance}/getGuestAttributes': ['compute.instances.getGuestAttributes'],
  'GET /zones/{zone}/instances/{instance}/serialPort': ['compute.instances.getSerialPortOutput'],
  'POST /zones/{zone}/instances/{instance}/setMetadata': ['compute.instances.setMetadata'],
  'POST /zones/{zone}/instances/{instance}/setMachineType': ['compute.instances.setMachineType'],
  'POST /zones/{zone}/instances/{instance}/start': ['compute.instances.start'],
  'POST /zones/{zone}/instances/{instance}/stop': ['compute.instances.stop'],
  'DELETE /zones/{zone}/instances/{instance}': ['compute.instances.delete'],
  'GET /zones/{zone}/disks': ['compute.disks.list'],
  'DELETE /zones/{zone}/disks/{disk}': ['compute.disks.delete'],
  'POST /global/httpHealthChecks': ['compute.httpHealthChecks.create'],
  ...buildReadPermissions('global', 'httpHealthChecks', 'http_health_check'),
  'DELETE /global/httpHealthChecks/{http_health_check}': ['compute.httpHealthChecks.delete'],
  'POST /regions/{region}/targetPools': [
    'compute.targetPools.create',
    'compute.httpHealthChecks.useReadOnly',
    'compute.instances.use',
  ],
  ...buildReadPermissions('regions/{region}', 'targetPools', 'target_pool'),
  'GET /aggregated/targetPools': ['compute.targetPools.list'],
  'POST /regions/{region}/targetPools/{target_pool}/getHealth': ['compute.targetPools.get'],
  'DELETE /regions/{region}/targetPools/{target_pool}': ['compute.targetPools.delete'],
  'POST /regions/{region}/forwardingRules': [
    'compute.forwardingRules.create',
    'compute.addresses.use',
    'compute.targetPools.use',
  ],
  'POST /regions/{region}/forwardingRules/{resource}/setLabels': ['compute.forwardingRules.setLabels'],
  ...buildReadPermissions('regions/{region}', 'forwardingRules', 'forwarding_rule'),
  'DELETE /regions/{region}/forwardingRules/{forwarding_rule}': ['compute.forwardingRules.delete'],
  ...buildReadPermissions('zones/{zone}', 'machineTypes', 'machine_type'),
  'GET /': ['compute.projects.get'],
  'GET /regions': ['compute.regions.list'],
  'GET /regions/{region}': ['compute.regions.get'],
  'POST /global/operations/{operation}/wait': ['compute.globalOperations.get'],
  'POST /regions/{region}/operations/{operation}/wait': ['compute.regionOperations.get'],
  'POST /zones/{zone}/operations/{operation}/wait': ['compute.zoneOperations.get'],
};

/** Permissions of the bot's custom role for Compute Engine. */
export const computePermissions = [...new Set(Object.values(permissionsByCall).flat())].sort();

/** Permissions of the bot's custom role for its key, including reading why a key version is unusable. */
export const keyPermissions = [
  'cloudkms.cryptoKeyVersions.get',
  'cloudkms.cryptoKeyVersions.useToDecrypt',
  'cloudkms.cryptoKeyVersions.useToEncrypt',
  'cloudkms.cryptoKeys.get',
] as const;

/** To create secrets for the keys of clusters. It can't be limited to a prefix: the resource of a creation is the project. */
export const clusterKeyCreatorPermissions = ['secretmanager.secrets.create'] as const;

/** For the keys of clusters only. https://cloud.google.com/secret-manager/docs/access-control, as of 2026-12-01 */
export const clusterKeyPermissions = [
  'secretmanager.secrets.delete',
  'secretmanager.secrets.get',
  'secretmanager.versions.access',
  'secretmanager.versions.add',
] as const;

function buildReadPermissions(
  parentPath: string,
  collection: string,
  parameter: string,
): Record<string, readonly string[]> {
  return {
    [`GET /${parentPath}/${collection}`]: [`compute.${collection}.list`],
    [`GET /${parentPath}/${collection}/{${parameter}}`]: [`compute.${collection}.get`],
  };
}
