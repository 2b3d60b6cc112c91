import type { EngineEvent } from '../../src/store/events.ts';
import type { ClusterRecord, ClusterSpec, RunRecord } from '../../src/store/records.ts';

const createdBy = { team: 'T1', user: 'U1' };

/** A typical cluster spec. */
export function specOf(changes: Partial<ClusterSpec> = {}): ClusterSpec {
  return {
    name: 'demo',
    region: 'us-west1',
    zone: 'us-west1-c',
    controllers: 3,
    workers: 3,
    machineType: 'e2-medium',
    version: '1.20.2',
    subnet: '10.240.0.0/24',
    podCidr: '10.200.0.0/16',
    serviceCidr: '10.32.0.0/24',
    forceSize: false,
    ...changes,
  };
}

export function clusterRecord(changes: Partial<ClusterRecord> = {}): ClusterRecord {
  const createdAt = '2026-01-02T03:04:05.000Z';
  return {
    spec: specOf(),
    createdBy,
    channel: 'C1',
    createdAt,
    runs: [],
    settledState: 'new',
    outputs: {},
    ...changes,
  };
}

export function runRecord(changes: Partial<RunRecord> = {}): RunRecord {
  const requestedAt = '2026-01-02T03:04:05.000Z';
  return {
    cluster: 'demo',
    operation: 'create',
    spec: specOf(),
    requestedBy: createdBy,
    channel: 'C1',
    requestedAt,
    open: true,
    ...changes,
  };
}

export function stepLogged(message: string): EngineEvent {
  return { type: 'step.logged', step: 'network/vpc', message };
}
