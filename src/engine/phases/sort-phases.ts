import { type Cluster, deriveCluster } from '../cluster/cluster.ts';
import { defaultVersion } from '../cluster/default-version.ts';
import type { Phase } from '../workflow/step.ts';
import { tutorialPhases } from './index.ts';

/**
 * Sorts phases so that each follows the phases that its steps depend on: by chapter, then by position in the list.
 * @param sampleCluster a cluster in which every phase has steps
 * @throws Error when phases depend on each other: names them
 */
export function sortPhases<P extends Phase>(list: readonly P[], sampleCluster: Cluster): readonly P[] {
  const stepsByPhase = new Map(list.map((phase) => [phase, phase.steps(sampleCluster)]));
  const phaseByKey = new Map([...stepsByPhase].flatMap(([phase, steps]) => steps.map((s) => [s.handle.key, phase])));
  const remaining = list.toSorted((a, b) => a.chapter - b.chapter);
  const sorted: P[] = [];
  const isBlocked = (phase: P) =>
    (stepsByPhase.get(phase) ?? [])
      .flatMap((step) => step.dependsOn ?? [])
      .map(({ key }) => phaseByKey.get(key))
      .some((each) => each && each !== phase && !sorted.includes(each));
  while (remaining.length > 0) {
    const i = remaining.findIndex((phase) => !isBlocked(phase));
    if (i < 0) throw new Error(`phases depend on each other: ${remaining.map((p) => p.name).join(', ')}`);
    sorted.push(...remaining.splice(i, 1));
  }
  return sorted;
}

const sampleCluster = deriveCluster({
  name: 'sample',
  region: 'us-west1',
  zone: 'us-west1-c',
  controllers: 1,
  workers: 1,
  machineType: 'e2-standard-2',
  version: defaultVersion,
  subnet: '10.240.0.0/24',
  podCidr: '10.200.0.0/16',
  serviceCidr: '10.32.0.0/24',
  forceSize: false,
});

/** Every phase of a cluster, in the order of execution. */
export const phases = sortPhases(tutorialPhases, sampleCluster);
