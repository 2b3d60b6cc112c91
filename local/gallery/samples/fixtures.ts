import type { AuditEntry, ClusterStatus } from '../../../src/engine/service/cluster-service.ts';
import type { Grant } from '../../../src/engine/service/kubeconfigs/kubeconfig-service.ts';
import type { Person } from '../../../src/store/person.ts';
import type { ClusterRecord, ClusterSpec } from '../../../src/store/records.ts';
import type { StepError } from '../../../src/store/step-error.ts';
import { simulationStart } from './simulate-run.ts';

/** Users of the local workspace. */
export const ada: Person = { team: 'T0000LOCAL', user: 'U0000ADA0' };
export const grace: Person = { team: 'T0000LOCAL', user: 'U000GRACE' };
export const channel = 'C0CLUSTER';

export const spec: ClusterSpec = {
  name: 'demo',
  region: 'us-west1',
  zone: 'us-west1-c',
  controllers: 3,
  workers: 3,
  machineType: 'e2-standard-2',
  version: '1.20.2',
  subnet: '10.240.0.0/24',
  podCidr: '10.200.0.0/16',
  serviceCidr: '10.32.0.0/24',
  forceSize: false,
};

export function createClusterRecord(overrides: Partial<ClusterRecord> = {}): ClusterRecord {
  return {
    spec,
    createdBy: ada,
    channel,
    createdAt: simulationStart.toISOString(),
    runs: ['r1'],
    settledState: 'new',
    outputs: {},
    ...overrides,
  };
}

/** Status of an idle cluster, or of a new one. */
export function createStatus(overrides: Partial<ClusterRecord> = {}): ClusterStatus {
  const record = createClusterRecord(overrides);
  const state = record.settledState === 'new' ? 'provisioning' : record.settledState;
  return { name: record.spec.name, state, record };
}

/** @param seconds after the start of the simulated runs */
export function getSampleTime(seconds: number): Date {
  return new Date(+simulationStart + seconds * 1_000);
}

export const sshUnreachable: StepError = {
  code: 'ssh-unreachable',
  kind: 'transient',
  message: 'demo-worker-1 is unreachable over SSH',
  remedy: 'check the instance and its firewall rules, then `/kthw resume`',
};

export const outputs = { 'public-address': '203.0.113.7' };
export const demoStatus = createStatus({ settledState: 'ready', outputs });

/** Resources of an approval request, in the order of deletion. */
export const sampleDeletions = [
  'forwarding rule demo',
  'instance demo-controller-0 (f1-micro, 10.240.0.10)',
  'instance demo-controller-1 (f1-micro, 10.240.0.11)',
  'instance demo-controller-2 (f1-micro, 10.240.0.12)',
];

export const auditEntries: readonly AuditEntry[] = [
  { at: simulationStart, run: 'r1', actor: ada, description: 'requested rebuild from controllers' },
  { at: getSampleTime(60), run: 'r1', actor: grace, description: 'approved rebuild from controllers' },
  {
    at: getSampleTime(90),
    run: 'r1',
    description: 'deleted instance demo-controller-0',
    durationMs: 30_000,
    outcome: 'succeeded',
  },
  {
    at: getSampleTime(700),
    description: 'received kubeconfig 3f9a12bc45de with role edit as slack:T0000LOCAL:U0000ADA0',
    actor: ada,
  },
];

export const sampleGrant: Grant = {
  id: '3f9a12bc45de',
  grantee: grace,
  commonName: 'slack:T0000LOCAL:U000GRACE',
  role: 'edit',
  issuedAt: getSampleTime(700),
  expiresAt: getSampleTime(87_100),
};

export const quotaExceeded: StepError = {
  code: 'quota',
  kind: 'denied',
  message: 'instance demo-worker-2 (e2-standard-2, 10.240.0.22): quota exceeded',
  remedy: 'request more quota or delete unused resources, then `/kthw resume`',
  detail: "Quota 'CPUS' exceeded.  Limit: 8.0 in region us-west1.",
};

export const imageUnavailable: StepError = {
  code: 'image-unavailable',
  kind: 'deferred',
  message: 'the image registry.k8s.io/coredns/coredns:v1.12.4 cannot be pulled',
  remedy: 'make the image pullable, then `/kthw resume`',
};
