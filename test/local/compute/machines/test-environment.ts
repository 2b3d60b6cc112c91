import type { FirewallRuleSpec, MachineSpec } from '../../../../local/compute/machine-backend.ts';
import { keys } from './shell.ts';

/** External addresses not used by concurrent tests. */
export function addresses(): (last: number) => string {
  return (last) => `127.${100 + (process.pid % 100)}.${(process.pid >> 7) & 255}.${last}`;
}

export function machinePlan(name: string, address: string, changes: Partial<MachineSpec> = {}): MachineSpec {
  return {
    name,
    id: `1${address.replaceAll('.', '')}`,
    network: 'demo',
    address,
    tags: [],
    canIpForward: false,
    limits: { cpus: 2, memoryBytes: 1024 ** 3 },
    metadata: {
      project: { 'ssh-keys': `somebody:${keys.public}` },
      instance: { 'enable-guest-attributes': 'TRUE' },
      zone: 'us-west1-c',
      projectId: 'project-1',
      externalAddress: undefined,
    },
    ...changes,
  };
}

export function firewallRule(name: string, changes: Partial<FirewallRuleSpec>): FirewallRuleSpec {
  const protocols = [{ protocol: 'tcp', ports: ['22'] }];
  return {
    name,
    action: 'allow',
    priority: 1000,
    sourceRanges: [],
    sourceTags: [],
    targetTags: [],
    protocols,
    ...changes,
  };
}
