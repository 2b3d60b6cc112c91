/**
 * Permissions by method of the Compute Engine API, without `compute.`. Written from "IAM permissions" on the page of each
 * method, https://cloud.google.com/compute/docs/reference/rest/v1, and from the pages about the resources that it uses,
 * https://cloud.google.com/compute/docs/access/iam-permissions. Do not derive it from `deploy/permissions.ts`.
 */
export const requiredPermissions: Readonly<Record<string, string>> = {
  'networks.insert': 'networks.create',
  'networks.list': 'networks.list',
  'networks.get': 'networks.get',
  'networks.delete': 'networks.delete',
  'subnetworks.insert': 'subnetworks.create networks.updatePolicy',
  'subnetworks.list': 'subnetworks.list',
  'subnetworks.get': 'subnetworks.get',
  'subnetworks.delete': 'subnetworks.delete networks.updatePolicy',
  'firewalls.insert': 'firewalls.create networks.updatePolicy',
  'firewalls.list': 'firewalls.list',
  'firewalls.get': 'firewalls.get',
  'firewalls.patch': 'firewalls.get firewalls.update networks.updatePolicy',
  'firewalls.delete': 'firewalls.delete networks.updatePolicy',
  'routes.insert': 'routes.create networks.updatePolicy',
  'routes.list': 'routes.list',
  'routes.get': 'routes.get',
  'routes.delete': 'routes.delete networks.updatePolicy',
  'addresses.insert': 'addresses.create',
  'addresses.list': 'addresses.list',
  'addresses.get': 'addresses.get',
  'addresses.setLabels': 'addresses.setLabels',
  'addresses.delete': 'addresses.delete',
  // With labels, metadata, tags, a new disk and an external address. Without a service account.
  'instances.insert':
    'instances.create instances.setLabels instances.setMetadata instances.setTags disks.create disks.setLabels subnetworks.use subnetworks.useExternalIp',
  'instances.list': 'instances.list',
  'instances.get': 'instances.get',
  'instances.getGuestAttributes': 'instances.getGuestAttributes',
  'instances.serialPort': 'instances.getSerialPortOutput',
  'instances.setMetadata': 'instances.setMetadata',
  'instances.setMachineType': 'instances.setMachineType',
  'instances.start': 'instances.start',
  'instances.stop': 'instances.stop',
  'instances.delete': 'instances.delete',
  'disks.list': 'disks.list',
  'disks.delete': 'disks.delete',
  'httpHealthChecks.insert': 'httpHealthChecks.create',
  'httpHealthChecks.list': 'httpHealthChecks.list',
  'httpHealthChecks.get': 'httpHealthChecks.get',
  'httpHealthChecks.delete': 'httpHealthChecks.delete',
  // With a health check and instances.
  'targetPools.insert': 'targetPools.create httpHealthChecks.useReadOnly instances.use',
  'targetPools.list': 'targetPools.list',
  'targetPools.aggregatedList': 'targetPools.list',
  'targetPools.get': 'targetPools.get',
  'targetPools.getHealth': 'targetPools.get',
  'targetPools.delete': 'targetPools.delete',
  // With an address and a target pool.
  'forwardingRules.insert': 'forwardingRules.create addresses.use targetPools.use',
  'forwardingRules.list': 'forwardingRules.list',
  'forwardingRules.get': 'forwardingRules.get',
  'forwardingRules.setLabels': 'forwardingRules.setLabels',
  'forwardingRules.delete': 'forwardingRules.delete',
  'projects.get': 'projects.get',
  'machineTypes.list': 'machineTypes.list',
  'machineTypes.get': 'machineTypes.get',
  'regions.list': 'regions.list',
  'regions.get': 'regions.get',
  'globalOperations.wait': 'globalOperations.get',
  'regionOperations.wait': 'regionOperations.get',
  'zoneOperations.wait': 'zoneOperations.get',
};

/** Method of an HTTP call: `POST /global/networks` is `networks.insert`. */
export function toMethodName(call: string): string {
  if (call === 'GET /') return 'projects.get';
  const [, verb = '', path = ''] = /^(\w+) \/(.+)$/.exec(call) ?? [];
  // Without the project-wide, regional or zonal scope.
  const [, scope = 'region', rest = path] =
    /^(global|aggregated|region(?=s\/\{region\}\/)|zone(?=s))(?:s\/\{\w+\})?\/(.+)$/.exec(path) ?? [];
  const [collection = '', name, action] = rest.split('/');
  if (scope === 'aggregated') return `${collection}.aggregatedList`;
  const defaultAction = { POST: 'insert', PATCH: 'patch', DELETE: 'delete', GET: name ? 'get' : 'list' }[verb];
  return `${collection === 'operations' ? `${scope}Operations` : collection}.${action ?? defaultAction}`;
}
