import type { Instance } from '../cluster/cluster.ts';
import type { MachineType } from '../gcp/compute/compute-client.ts';
import { findShortfalls } from '../phases/preflight.ts';
import type { HostFacts } from './cis/host-facts.ts';
import type { HostMetrics } from './host-metrics.ts';
import { thresholds } from './thresholds.ts';

/** One machine as it was looked at. */
export interface InspectedInstance {
  readonly name: string;
  readonly role: Instance['role'];
  /** Its machine type; undefined where there is no such machine, or no such type. */
  readonly type?: MachineType & { readonly name: string };
  /** What the cloud says of it; undefined: it could not be asked. */
  readonly computeState?: 'none' | { readonly status: string; readonly externalAddress?: string };
  readonly metrics?: HostMetrics;
  /** For the items of the benchmark, where they are asked for. */
  readonly facts?: HostFacts;
  /** Why there are no readings. */
  readonly error?: string;
}

export interface Issue {
  readonly instance: string;
  /** The figure and what it should be. */
  readonly text: string;
  /** Who says what it should be. */
  readonly source?: string;
}

export interface Diagnosis {
  readonly issues: readonly Issue[];
  /** The cause is that controllers are too small: `why`, what they lack of what a control plane needs. */
  readonly undersized?: {
    readonly machineType: string;
    readonly suggestedMachineType: string;
    readonly shortfalls: readonly string[];
  };
}

/** The smallest machine type that a control plane has room on. https://cloud.google.com/compute/docs/general-purpose-machines */
const suggestedMachineType = 'e2-standard-2';

/**
 * What the figures mean. Pure. A machine is called undersized only where its type is less than a control plane needs and
 * the figures show it: slow disks or other guests are found on machines of any size.
 */
export function diagnose(instances: readonly InspectedInstance[]): Diagnosis {
  const issues = instances.flatMap(listIssues);
  const undersizedInstance = instances.find(
    (p) => p.role === 'controller' && p.metrics && getTypeShortfalls(p).length > 0 && listSymptoms(p).length > 0,
  );
  if (!undersizedInstance?.type) return { issues };
  return {
    issues,
    undersized: {
      machineType: undersizedInstance.type.name,
      suggestedMachineType,
      shortfalls: getTypeShortfalls(undersizedInstance),
    },
  };
}

function listIssues(instance: InspectedInstance): Issue[] {
  const { name, error } = instance;
  return error === undefined ? listSymptoms(instance) : [{ instance: name, text: error }];
}

function listSymptoms({ name, metrics }: InspectedInstance): Issue[] {
  if (!metrics) return [];
  const thresholdIssues = thresholds.flatMap(({ getValue, alertWhen, limit, describe, source }) => {
    const value = getValue(metrics);
    if (value === undefined || (alertWhen === 'above' ? value <= limit : value >= limit)) return [];
    return [{ instance: name, text: describe(value, limit), source }];
  });
  const serviceIssues = metrics.services.flatMap(({ name: service, active, restarts }) => {
    if (active === 'failed') return [{ instance: name, text: `${service} has failed` }];
    return restarts > 0 ? [{ instance: name, text: `${service} was restarted ${restarts} times` }] : [];
  });
  return [...thresholdIssues, ...serviceIssues];
}

function getTypeShortfalls({ type }: InspectedInstance): string[] {
  return type ? findShortfalls(type) : [];
}
