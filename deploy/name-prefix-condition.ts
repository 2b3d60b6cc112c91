/**
 * Types of Compute Engine resources whose name IAM conditions can read, with their collections. Addresses and HTTP health
 * checks are not on Google's list; networks, subnets, routes and target pools are left out as well. Listing is a
 * permission on the project, so a condition on these types does not affect it.
 * Sources (2026-12-01): https://cloud.google.com/iam/docs/conditions-resource-attributes and
 * https://cloud.google.com/iam/docs/configuring-resource-based-access
 */
export const conditionalTypes = {
  Instance: 'instances',
  Disk: 'disks',
  Firewall: 'firewalls',
  ForwardingRule: 'forwardingRules',
} as const;

/** Builds an IAM condition: resources of these types must have a name with this prefix; others are not restricted. */
export function buildNamePrefixCondition(prefix: string): string {
  const clauses = Object.entries(conditionalTypes).map(
    ([type, collection]) =>
      `(resource.type != "compute.googleapis.com/${type}" || resource.name.extract("/${collection}/{name}").startsWith("${prefix}"))`,
  );
  return clauses.join(' && ');
}
