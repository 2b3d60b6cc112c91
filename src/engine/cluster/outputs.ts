import { z } from 'zod';
import type { Output } from '../workflow/step.ts';
import type { Instance } from './cluster.ts';

/** The cluster's static address: where its API answers. */
export const publicAddressOutput: Output<string> = { name: 'public-address', schema: z.ipv4() };

/** Where a machine is reached from outside. */
export function getExternalAddressOutput(instance: Instance): Output<string> {
  return { name: `external-address/${instance.name}`, schema: z.ipv4() };
}

/** The only ssh host keys that are believed of a machine. */
export function getHostKeysOutput(instance: Instance): Output<string[]> {
  return { name: `host-keys/${instance.name}`, schema: z.array(z.string()) };
}

/** Known once every member of etcd has joined: from then on none may start as if the cluster were new. */
export const etcdFormedOutput: Output<true> = { name: 'etcd-formed', schema: z.literal(true) };
