import { mirroredVersion } from '../../../src/engine/cluster/releases.ts';
import type { Fault, Person } from '../../../src/store/events.ts';
import type { ClusterRecord, ClusterSpec } from '../../../src/store/records.ts';
import { playedAt } from './simulate-run.ts';

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
  version: mirroredVersion,
  subnet: '10.240.0.0/24',
  podCidr: '10.200.0.0/16',
  serviceCidr: '10.32.0.0/24',
  forceSize: false,
};

export function cluster(change: Partial<ClusterRecord> = {}): ClusterRecord {
  return {
    spec,
    by: ada,
    channel,
    createdAt: playedAt.toISOString(),
    runs: ['r1'],
    state: 'building',
    facts: {},
    ...change,
  };
}

/** An instant so many seconds after the runs of the samples began. */
export function later(seconds: number): Date {
  return new Date(+playedAt + seconds * 1_000);
}

export const sshAway: Fault = {
  code: 'ssh-unreachable',
  kind: 'transient',
  message: 'demo-worker-1 does not answer ssh',
  next: 'nothing: it is tried again',
};
