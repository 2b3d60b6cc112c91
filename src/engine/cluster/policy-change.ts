/**
 * What kthw needs, by the organization policy that can forbid it.
 * https://cloud.google.com/resource-manager/docs/organization-policy/org-policy-constraints, 2026-12-01
 */
const changesByConstraint: Readonly<Record<string, string>> = {
  'compute.vmExternalIpAccess': 'allow external IP addresses for instances in this project',
  'compute.vmCanIpForward': 'allow IP forwarding for instances in this project',
  'compute.requireShieldedVm': 'allow instances without Secure Boot in this project',
  'compute.disableGuestAttributesAccess': 'allow guest attributes in this project',
  'compute.requireOsLogin': 'allow instances without OS Login in this project',
  'compute.trustedImageProjects': 'trust images of `ubuntu-os-cloud` and `ubuntu-os-pro-cloud`',
  'compute.restrictLoadBalancerCreationForTypes': 'allow load balancers of type `EXTERNAL_NETWORK_TCP_UDP`',
  'gcp.resourceLocations': 'allow the region and zone of the cluster',
};

/** The change that an administrator must make, as in `allow guest attributes in this project`. */
export function getPolicyChange(constraint: string): string {
  return changesByConstraint[constraint] ?? `allow it in the policy ${constraint}`;
}
