import { z } from 'zod';
import { SshSourceRanges } from '../../engine/cluster/ssh-source-ranges.ts';
import type { ClusterSpec } from '../../store/records.ts';
import type { CreateDefaults } from '../routing/command.ts';
import { clusterNameSchema } from './cluster-name-schema.ts';
import { suggest } from './suggest.ts';
import { validateCidrs } from './validate-cidrs.ts';

const controllerCounts = [1, 3, 5] as const;
const regionPattern = /^[a-z]+-[a-z]+[0-9]+$/;

const wholeNumberSchema = z
  .string()
  .regex(/^\d{1,4}$/, 'must be a whole number')
  .transform(Number);

export const workerCountSchema = wholeNumberSchema.refine((n) => n <= 20, 'at most 20');
export const machineTypeSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,61}$/, 'not a machine type; write it like e2-standard-2');

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const [minTtlMs, maxTtlMs] = [30 * unitMs.m, 90 * unitMs.d];

/** Everything that a person can choose about a cluster, with what is taken where nobody chose. */
export function buildCreateArgsSchema(defaults: CreateDefaults) {
  return z
    .strictObject({
      name: clusterNameSchema,
      controllers: wholeNumberSchema
        .default(defaults.controllers)
        .refine(
          (n) => (controllerCounts as readonly number[]).includes(n),
          'must be 1, 3 or 5: etcd needs an odd number',
        )
        .describe('controllers: 1, 3 or 5'),
      workers: workerCountSchema.default(defaults.workers).describe('workers: 0 to 20'),
      machineType: machineTypeSchema
        .default(defaults.machineType)
        .describe('Compute Engine machine type of every machine'),
      region: z
        .string()
        .regex(regionPattern, 'not a region; write it like us-west1')
        .optional()
        .describe(`region (${defaults.region}, or the zone's)`),
      zone: z.string().default(defaults.zone).describe('zone of the machines; must be in the region'),
      version: z
        .string()
        .transform((v) => v.replace(/^v/, ''))
        .refine((v) => defaults.versions.includes(v), {
          error: ({ input }) => formatVersionError(String(input), defaults.versions),
        })
        .default(defaults.version)
        .describe(`Kubernetes version: ${defaults.versions.join(', ')}`),
      subnet: z.string().default(defaults.subnet).describe('addresses of the machines, /16 to /26'),
      podCidr: z.string().default(defaults.podCidr).describe('addresses of pods, a /24 for each worker'),
      serviceCidr: z.string().default(defaults.serviceCidr).describe('addresses of services'),
      sshFrom: SshSourceRanges.default(defaults.sshRanges).describe(
        'from where machines take ssh while it is open: ranges with commas between',
      ),
      ttl: z
        .string()
        .regex(/^[1-9]\d{0,3}[mhd]$/, 'write it like 8h or 2d')
        .transform((text) => Number(text.slice(0, -1)) * unitMs[text.at(-1) as keyof typeof unitMs])
        .refine((ms) => ms >= minTtlMs && ms <= maxTtlMs, 'from 30m to 90d')
        .optional()
        .describe('how long it is wanted, like 8h or 2d: its thread asks before that is over'),
      pause: z.boolean().default(false).describe('waits for a button after every chapter of the tutorial'),
      forceSize: z.boolean().default(false).describe('create it on machines that are known to be too small'),
    })
    .superRefine((args, context) => {
      for (const { key, message } of validateCidrs(args)) context.addIssue({ code: 'custom', path: [key], message });
      const region = resolveRegion(args, defaults);
      if (!new RegExp(`^${region}-[a-z]$`).test(args.zone)) {
        context.addIssue({
          code: 'custom',
          path: ['zone'],
          message: `not a zone of ${region}; write it like ${region}-b`,
        });
      }
    });
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

/** Who names only a zone means the zone's region. */
function resolveRegion(
  args: { readonly region?: string | undefined; readonly zone: string },
  defaults: CreateDefaults,
): string {
  const zoneRegion = args.zone.replace(/-[a-z]$/, '');
  return args.region ?? (regionPattern.test(zoneRegion) ? zoneRegion : defaults.region);
}

function formatVersionError(version: string, versions: readonly string[]): string {
  const suggestion = suggest(version, versions);
  return suggestion
    ? `not in the catalogue; did you mean ${suggestion}?`
    : `not in the catalogue; there are ${versions.join(', ')}`;
}
