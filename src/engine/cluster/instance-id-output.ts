import { z } from 'zod';
import type { Instance } from './cluster.ts';
import type { Output } from './output.ts';

/** Id that Compute Engine assigned at the creation of an instance: a recreated instance has another one. */
export function getInstanceIdOutput(instance: Instance): Output<string> {
  return { name: `instance-id/${instance.name}`, schema: z.string() };
}
