import type { Instance } from '../cluster/cluster.ts';
import { recommendedMachineType } from '../cluster/controller-size.ts';
import { findShortfalls } from '../cluster/find-size-problem.ts';
import type { MachineType } from '../gcp/compute/compute-client.ts';
import type { HostFacts } from './cis/host-facts.ts';
import type { HostMetrics } from './host-metrics.ts';
import { thresholds } from './thresholds.ts';

/** Result of inspecting one instance. */
export interface InspectedInstance {
  readonly name: string;
  readonly role: Instance['role'];
  /** Undefined if the instance or its machine type does not exist. */
  readonly type?: MachineType & { readonly name: string };
  /** `none` if the instance does not exist; undefined if Compute Engine could not be reached. */
  readonly computeState?: 'none' | { readonly status: string; readonly externalAddress?: string };
  readonly metrics?: HostMetrics;
  /** Collected for CIS checks only. */
  readonly facts?: HostFacts;
  /** Reason why there are no metrics. */
  readonly error?: string;
}

interface Issue {
  readonly instance: string;
  /** Measured value with its recommended limit, or the error. */
  readonly text: string;
  /** URL of the source of the limit. */
  readonly source?: string;
}

export interface Diagnosis {
  readonly issues: readonly Issue[];
  /** Set if undersized controllers are the cause. `shortfalls`: missing CPU and memory. */
  readonly undersized?: {
    readonly machineType: string;
    readonly suggestedMachineType: string;
    readonly shortfalls: readonly string[];
  };
}

/**
 * Derives issues from metrics. Pure. An instance counts as undersized only if its machine type is below the minimum for a
 * control plane and its metrics show symptoms: slow disks and CPU steal occur on instances of any size.
 */
export function diagnose(instances: readonly InspectedInstance[]): Diagnosis {
  const issues = instances.flatMap(listIssues);
  const undersizedInstance = instances.find(
    (instance) =>
      instance.role === 'controller' &&
      instance.metrics &&
      getTypeShortfalls(instance).length > 0 &&
      listSymptoms(instance).length > 0,
  );
  if (!undersizedInstance?.type) return { issues };
  return {
    issues,
    undersized: {
      machineType: undersizedInstance.type.name,
      suggestedMachineType: recommendedMachineType,
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
    if (active === 'failed') return [{ instance: name, text: `${service}.service failed` }];
    return restarts > 0 ? [{ instance: name, text: `${service}.service restarted ${restarts}×` }] : [];
  });
  return [...thresholdIssues, ...serviceIssues];
}

function getTypeShortfalls({ type }: InspectedInstance): string[] {
  return type ? findShortfalls(type) : [];
}
