import { z } from 'zod';
import { releases } from '../../engine/cluster/releases.ts';
import { SshSourceRanges } from '../../engine/cluster/ssh-source-ranges.ts';
import { ttlSchema } from '../../engine/cluster/ttl-schema.ts';
import type { ClusterSpec } from '../../store/records.ts';
import type { CreateDefaults } from '../routing/command.ts';
import { clusterNameSchema, machineTypeSchema } from './cluster-name-schema.ts';
import { suggest } from './suggest.ts';
import { validateCidrs } from './validate-cidrs.ts';
import { wholeNumberSchema, workerCountSchema } from './whole-number-schema.ts';

const controllerCounts = [1, 3, 5] as const;
const regionPattern = /^[a-z]+-[a-z]+[0-9]+$/;

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Builds the schema of all cluster settings, with defaults. */
export function buildCreateArgsSchema(defaults: CreateDefaults) {
  const { namePrefix = '' } = defaults;
  return z
    .strictObject({
      name: clusterNameSchema.refine((name) => name.startsWith(namePrefix), {
        error: ({ input }) => `must start with ${namePrefix}, such as ${namePrefix}${String(input)}`,
      }),
      controllers: wholeNumberSchema
        .default(defaults.controllers)
        .refine(
          (n) => (controllerCounts as readonly number[]).includes(n),
          'must be 1, 3 or 5: etcd needs an odd number',
        )
        .describe('control plane nodes: 1, 3 or 5'),
      workers: workerCountSchema.default(defaults.workers).describe('worker nodes: 0 to 20'),
      machineType: machineTypeSchema.default(defaults.machineType).describe('machine type of all instances'),
      region: z
        .string()
        .regex(regionPattern, 'not a region; use the form us-west1')
        .optional()
        .describe(`region (the zone’s, or ${defaults.region})`),
      zone: z.string().default(defaults.zone).describe('zone of the instances, in the region'),
      version: z
        .string()
        .transform((v) => v.replace(/^v/, ''))
        .refine((v) => defaults.versions.includes(v), {
          error: ({ input }) => formatVersionError(String(input), defaults.versions),
        })
        .default(defaults.version)
        .describe(`Kubernetes version: ${defaults.versions.join(', ')}`),
      subnet: z.string().default(defaults.subnet).describe('node subnet CIDR, /16 to /26'),
      podCidr: z.string().default(defaults.podCidr).describe('pod CIDR, with a /24 per worker node'),
      serviceCidr: z.string().default(defaults.serviceCidr).describe('service CIDR'),
      sshFrom: SshSourceRanges.default(defaults.sshRanges).describe('allowed SSH source ranges, comma-separated CIDRs'),
      ttl: ttlSchema.optional().describe('time to live, such as 8h or 2d; the thread reminds you before it expires'),
      pause: z.boolean().default(false).describe('pause after each chapter of the tutorial'),
      forceSize: z.boolean().default(false).describe('allow an undersized machine type'),
    })
    .superRefine((args, context) => {
      for (const { key, message } of validateCidrs(args)) context.addIssue({ code: 'custom', path: [key], message });
      const region = resolveRegion(args, defaults);
      if (!new RegExp(`^${region}-[a-z]$`).test(args.zone)) {
        context.addIssue({
          code: 'custom',
          path: ['zone'],
          message: `not a zone of ${region}; use the form ${region}-b`,
        });
      }
    });
}

/** Flag values that the schema parses to these arguments. */
export function toRawCreateArgs({
  ttl,
  sshFrom,
  ...args
}: z.infer<ReturnType<typeof buildCreateArgsSchema>>): Readonly<Record<string, unknown>> {
  const unit = (['d', 'h', 'm'] as const).find((one) => ttl !== undefined && ttl % unitMs[one] === 0);
  return {
    ...args,
    controllers: String(args.controllers),
    workers: String(args.workers),
    sshFrom: sshFrom.join(),
    ...(ttl !== undefined && unit ? { ttl: `${ttl / unitMs[unit]}${unit}` } : {}),
  };
}

export function toClusterSpec(
  { ttl: _, pause: __, sshFrom: sshRanges, ...args }: z.infer<ReturnType<typeof buildCreateArgsSchema>>,
  defaults: CreateDefaults,
): ClusterSpec {
  return {
    ...args,
    sshRanges,
    controllers: controllerCounts.find((n) => n === args.controllers) ?? 3,
    region: resolveRegion(args, defaults),
  };
}

/** A zone without a region implies the zone's region. */
function resolveRegion(
  args: { readonly region?: string | undefined; readonly zone: string },
  defaults: CreateDefaults,
): string {
  const zoneRegion = args.zone.replace(/-[a-z]$/, '');
  return args.region ?? (regionPattern.test(zoneRegion) ? zoneRegion : defaults.region);
}

function formatVersionError(version: string, versions: readonly string[]): string {
  if (releases.some((release) => release.kubernetes === version))
    return `not available for download; use one of ${versions.join(', ')}`;
  const suggestion = suggest(version, versions);
  return suggestion
    ? `unsupported version; did you mean ${suggestion}?`
    : `unsupported version; use one of ${versions.join(', ')}`;
}
