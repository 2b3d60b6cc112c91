import { parseArgs } from 'node:util';
import { z } from 'zod';
import { isLoopback } from '../is-loopback.ts';
import { type Constraint, constraints } from './state/organization-policies.ts';

const createJsonSchema = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'expected JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

const nspawnOptionsSchema = z.looseObject({
  stateDir: z.string().optional(),
  internet: z.array(z.object({ address: z.string(), port: z.int() })).optional(),
});

const settingsSchema = {
  port: z.coerce.number().int().min(0).max(65535).default(0),
  host: z.string().default('127.0.0.1').refine(isLoopback, 'expected a loopback address'),
  /** Second octet of the loopback block that emulates external addresses. */
  block: z.coerce.number().int().min(1).max(255).default(44),
  'operation-delay': z.coerce.number().int().min(0).default(1000),
  quotas: createJsonSchema(z.record(z.string(), z.number())).default({}),
  'organization-policies': createJsonSchema(z.array(z.enum(constraints))).default([]),
  machines: z.enum(['nspawn', 'none']).default('nspawn'),
  'nspawn-options': createJsonSchema(nspawnOptionsSchema).default({}),
  /** JSON file that keeps resources across restarts. */
  'state-file': z.string().optional(),
};

export interface ComputeEmulatorSettings {
  readonly port: number;
  readonly host: string;
  readonly addressBlock: number;
  readonly operationDelayMs: number;
  /** Quota limits by metric, overriding the defaults: `{"CPUS": 8}`. */
  readonly quotas: Readonly<Record<string, number>>;
  /** Enforced policies: `["compute.vmExternalIpAccess"]`. */
  readonly organizationPolicies: readonly Constraint[];
  readonly machines: 'nspawn' | 'none';
  readonly nspawnOptions: z.infer<typeof nspawnOptionsSchema>;
  readonly stateFile?: string;
  /** Bearer token that every request must carry. */
  readonly token: string;
}

/**
 * Reads settings from flags (`--port 8921`), then from the environment (`KTHW_CLOUD_PORT=8921`). The token is in
 * `KTHW_CLOUD_TOKEN` only, because all users of a host can read argument lists.
 * @throws Error naming each invalid setting and the expected value
 */
export function readSettings(args: readonly string[], environment: NodeJS.ProcessEnv): ComputeEmulatorSettings {
  const names = Object.keys(settingsSchema) as (keyof typeof settingsSchema)[];
  const { values } = parseArgs({
    args: [...args],
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
  });
  const given = names.map((name) => [name, values[name] ?? environment[toEnvironmentName(name)]]);
  const read = z.object(settingsSchema).safeParse(Object.fromEntries(given));
  if (!read.success)
    throw new Error(`invalid settings of the Compute Engine emulator:\n${z.prettifyError(read.error)}`);
  const { port, host, block: addressBlock, quotas, machines } = read.data;
  const token = environment.KTHW_CLOUD_TOKEN;
  if (!token) throw new Error('KTHW_CLOUD_TOKEN is required: the bearer token of all requests');
  return {
    token,
    port,
    host,
    addressBlock,
    quotas,
    machines,
    organizationPolicies: read.data['organization-policies'],
    operationDelayMs: read.data['operation-delay'],
    nspawnOptions: read.data['nspawn-options'],
    ...(read.data['state-file'] === undefined ? {} : { stateFile: read.data['state-file'] }),
  };
}

function toEnvironmentName(name: string): string {
  return `KTHW_CLOUD_${name.replaceAll('-', '_').toUpperCase()}`;
}
