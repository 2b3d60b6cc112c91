import { z } from 'zod';
import type { Instance } from './cluster.ts';
import type { Output } from './output.ts';

/** The cluster's static IP address, at which the API server is reachable. */
export const publicAddressOutput: Output<string> = { name: 'public-address', schema: z.ipv4() };

/** External IPv4 address of an instance. */
export function getExternalAddressOutput(instance: Instance): Output<string> {
  return { name: `external-address/${instance.name}`, schema: z.ipv4() };
}

/** The only SSH host keys that are trusted for an instance. */
export function getHostKeysOutput(instance: Instance): Output<string[]> {
  return { name: `host-keys/${instance.name}`, schema: z.array(z.string()) };
}
