import { ApiError } from '../api/api-error.ts';
import type { MetadataItem } from './project.ts';

/** The parts of a new resource that a policy can forbid. */
interface CheckedResource {
  readonly selfLink: string;
  readonly canIpForward?: boolean;
  readonly networkInterfaces?: readonly { readonly accessConfigs?: readonly unknown[] }[];
  readonly shieldedInstanceConfig?: { readonly enableSecureBoot?: boolean };
  readonly metadata?: { readonly items?: readonly MetadataItem[] };
  /** Of a disk. */
  readonly sourceImage?: string;
}

interface PolicyRule {
  readonly collection: 'instances' | 'disks' | 'forwardingRules' | 'subnetworks';
  /** Returns the rest of Google's message. Undefined: the policy allows the resource. */
  findViolation(resource: CheckedResource): string | undefined;
}

/**
 * Constraints that forbid parts of a kthw cluster when an organization enforces them. Google answers an insert with 412
 * `conditionNotMet`. Sources: https://cloud.google.com/resource-manager/docs/organization-policy/org-policy-constraints;
 * messages: GoogleCloudPlatform/compute-image-tools#1476, fortinet/fortigate-terraform-deploy#34. 2026-12-01
 */
const rulesByConstraint = {
  'compute.vmExternalIpAccess': {
    collection: 'instances',
    findViolation: ({ networkInterfaces = [], selfLink }) =>
      networkInterfaces.some(({ accessConfigs = [] }) => accessConfigs.length > 0)
        ? `Add instance ${toPath(selfLink)} to the constraint to use external IP with it.`
        : undefined,
  },
  'compute.vmCanIpForward': {
    collection: 'instances',
    findViolation: ({ canIpForward, selfLink }) =>
      canIpForward ? `Add instance ${toPath(selfLink)} to the constraint to use IP forwarding with it.` : undefined,
  },
  'compute.requireShieldedVm': {
    collection: 'instances',
    findViolation: ({ shieldedInstanceConfig }) =>
      shieldedInstanceConfig?.enableSecureBoot
        ? undefined
        : "Secure Boot is not enabled in the 'shielded_instance_config' field.",
  },
  'compute.disableGuestAttributesAccess': {
    collection: 'instances',
    findViolation: (instance) =>
      getMetadata(instance, 'enable-guest-attributes') === 'TRUE'
        ? "The metadata key 'enable-guest-attributes' must not be TRUE."
        : undefined,
  },
  'compute.requireOsLogin': {
    collection: 'instances',
    findViolation: (instance) =>
      getMetadata(instance, 'enable-oslogin') === 'FALSE'
        ? "The metadata key 'enable-oslogin' must not be FALSE."
        : undefined,
  },
  'compute.trustedImageProjects': {
    collection: 'disks',
    findViolation: ({ sourceImage }) => {
      const project = /projects\/([^/]+)\/global\/images/.exec(sourceImage ?? '')?.[1];
      return project === undefined ? undefined : `Use of images from project ${project} is prohibited.`;
    },
  },
  'compute.restrictLoadBalancerCreationForTypes': {
    collection: 'forwardingRules',
    findViolation: ({ selfLink }) =>
      `Forwarding Rule ${toPath(selfLink)} of type EXTERNAL_NETWORK_TCP_UDP is not allowed.`,
  },
  'gcp.resourceLocations': {
    collection: 'subnetworks',
    findViolation: ({ selfLink }) => `The location of ${toPath(selfLink)} is not allowed.`,
  },
} as const satisfies Record<string, PolicyRule>;

export type Constraint = keyof typeof rulesByConstraint;
export const constraints = Object.keys(rulesByConstraint) as readonly Constraint[];

/** @throws ApiError 412 for a resource that an enforced policy forbids */
export function assertPoliciesAllow(
  enforced: readonly Constraint[],
  project: string,
  resources: readonly { readonly kind: { readonly collection: string }; readonly resource: CheckedResource }[],
): void {
  for (const constraint of enforced) {
    const rule: PolicyRule = rulesByConstraint[constraint];
    for (const { kind, resource } of resources) {
      const violation = kind.collection === rule.collection ? rule.findViolation(resource) : undefined;
      if (violation !== undefined)
        throw new ApiError(
          412,
          'conditionNotMet',
          `Constraint constraints/${constraint} violated for project ${project}. ${violation}`,
        );
    }
  }
}

function toPath(link: string): string {
  return link.slice(link.indexOf('projects/'));
}

function getMetadata({ metadata }: CheckedResource, key: string): string | undefined {
  return metadata?.items?.find((item) => item.key === key)?.value.toUpperCase();
}
