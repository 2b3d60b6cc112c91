import { z } from 'zod';
import type { Fact } from '../workflow/step.ts';
import type { Machine } from './cluster.ts';

/** The cluster's static address: where its API answers. */
export const publicAddress: Fact<string> = { name: 'public-address', schema: z.ipv4() };

/** Where a machine is reached from outside. */
export function externalAddress(machine: Machine): Fact<string> {
  return { name: `external-address/${machine.name}`, schema: z.ipv4() };
}

/** The only ssh host keys that are believed of a machine. */
export function hostKeys(machine: Machine): Fact<string[]> {
  return { name: `host-keys/${machine.name}`, schema: z.array(z.string()) };
}

/** Known once every member of etcd has joined: from then on none may start as if the cluster were new. */
export const etcdFormed: Fact<true> = { name: 'etcd-formed', schema: z.literal(true) };
