import type { Machine } from '../cluster/cluster.ts';
import type { MachineType } from '../gcp/compute/compute-client.ts';
import { shortfalls } from '../phases/preflight.ts';
import type { MachineFacts } from './cis/host-facts.ts';
import type { Readings } from './host-metrics.ts';
import { thresholds } from './thresholds.ts';

/** One machine as it was looked at. */
export interface Patient {
  readonly name: string;
  readonly role: Machine['role'];
  /** Its machine type; undefined where there is no such machine, or no such type. */
  readonly type?: MachineType & { readonly name: string };
  /** What the cloud says of it; undefined: it could not be asked. */
  readonly found?: 'none' | { readonly status: string; readonly externalAddress?: string };
  readonly readings?: Readings;
  /** For the items of the benchmark, where they are asked for. */
  readonly facts?: MachineFacts;
  /** Why there are no readings. */
  readonly trouble?: string;
}

export interface Finding {
  readonly machine: string;
  /** The figure and what it should be. */
  readonly text: string;
  /** Who says what it should be. */
  readonly source?: string;
}

export interface Verdict {
  readonly findings: readonly Finding[];
  /** The cause is that controllers are too small: `why`, what they lack of what a control plane needs. */
  readonly undersized?: { readonly machineType: string; readonly suggest: string; readonly why: readonly string[] };
}

/** The smallest machine type that a control plane has room on. https://cloud.google.com/compute/docs/general-purpose-machines */
const suggested = 'e2-standard-2';

/**
 * What the figures mean. Pure. A machine is called undersized only where its type is less than a control plane needs and
 * the figures show it: slow disks or other guests are found on machines of any size.
 */
export function diagnose(patients: readonly Patient[]): Verdict {
  const findings = patients.flatMap(findingsOf);
  const small = patients.find(
    (p) => p.role === 'controller' && p.readings && lacks(p).length > 0 && symptoms(p).length > 0,
  );
  if (!small?.type) return { findings };
  return { findings, undersized: { machineType: small.type.name, suggest: suggested, why: lacks(small) } };
}

function findingsOf(patient: Patient): Finding[] {
  const { name, trouble } = patient;
  return trouble === undefined ? symptoms(patient) : [{ machine: name, text: trouble }];
}

function symptoms({ name, readings }: Patient): Finding[] {
  if (!readings) return [];
  const high = thresholds.flatMap(({ of, bad, limit, say, source }) => {
    const value = of(readings);
    if (value === undefined || (bad === 'above' ? value <= limit : value >= limit)) return [];
    return [{ machine: name, text: say(value, limit), source }];
  });
  const services = readings.services.flatMap(({ name: service, active, restarts }) => {
    if (active === 'failed') return [{ machine: name, text: `${service} has failed` }];
    return restarts > 0 ? [{ machine: name, text: `${service} was restarted ${restarts} times` }] : [];
  });
  return [...high, ...services];
}

function lacks({ type }: Patient): string[] {
  return type ? shortfalls(type) : [];
}
