import { mirrorVersion } from '../../../src/engine/cluster/releases.ts';
import type { Person } from '../../../src/store/person.ts';
import type { ClusterRecord, ClusterSpec } from '../../../src/store/records.ts';
import type { StepError } from '../../../src/store/step-error.ts';
import { simulationStart } from './simulate-run.ts';

/** Who and what the samples are about: the same people as in the local workspace, by ids only. */
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
  version: mirrorVersion,
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
    state: 'provisioning',
    outputs: {},
    ...overrides,
  };
}

/** An instant so many seconds after the runs of the samples began. */
export function getSampleTime(seconds: number): Date {
  return new Date(+simulationStart + seconds * 1_000);
}

export const sshUnreachable: StepError = {
  code: 'ssh-unreachable',
  kind: 'transient',
  message: 'demo-worker-1 is unreachable over SSH',
  remedy: 'check that the instance is running, then `/kthw resume`',
};
