import { expect, test } from 'vitest';
import { phases } from '../../../src/engine/phases/sort-phases.ts';
import { verifyDeletable } from '../../../src/engine/phases/verify-deletable.ts';
import { verifyDeleted } from '../../../src/engine/phases/verify-deleted.ts';
import { verifyInstances } from '../../../src/engine/phases/verify-instances.ts';
import type { ClusterStep } from '../../../src/engine/steps/cluster-step.ts';
import { parseCheckScript } from '../../fakes/host-script.ts';
import { listComparedFields, recordStep } from '../../fakes/record-step.ts';
import { buildCluster } from '../../fixtures/cluster.ts';

const cluster = buildCluster({ controllers: 3, workers: 2 });

/**
 * Every value that a phase sets outside of files: dependencies, resources, modes and scripts. Renderers have their own
 * snapshots of the content of files. Review each change as a change of what runs on the instances.
 */
test.each([...phases, verifyDeletable, verifyDeleted, verifyInstances].map((phase) => [phase.name, phase] as const))(
  'the phase %s has the reviewed steps, resources, files and scripts',
  async (name, phase) => {
    const sections = await Promise.all(phase.steps(cluster).filter(isFirstOfItsKind).map(describeStep));
    const retry = phase.retry ? `\nretry: ${JSON.stringify(phase.retry)}` : '';
    const heading = `# ${phase.title} (chapter ${phase.chapter})${retry}`;
    await expect(`${[heading, ...sections].join('\n\n')}\n`).toMatchFileSnapshot(`snapshots/${name}.txt`);
  },
);

/** The steps of other instances differ in the name only. */
function isFirstOfItsKind({ handle }: ClusterStep): boolean {
  return !/demo-(worker-1|controller-[12])/.test(handle.key);
}

async function describeStep(step: ClusterStep): Promise<string> {
  const { resources, scripts, files, removeScripts } = await recordStep(step, cluster);
  const probe = scripts.find((script) => script.startsWith('while read -r want path'));
  const comparedFields = await Promise.all(resources.map(([, spec]) => listComparedFields(step, cluster, spec)));
  return [
    `${step.handle.key}: ${step.title}`,
    ...listKeys('after', step.dependsOn),
    ...listKeys('uses', step.removable?.uses),
    ...(step.removable?.containedIn ? [`removed with ${step.removable.containedIn.key}`] : []),
    ...(step.removable?.skipOnClusterDelete ? ['skipped when the cluster is deleted'] : []),
    ...(step.removable && !step.removable.containedIn ? ['removable'] : []),
    ...(step.destructive ? ['needs approval'] : []),
    ...(step.wait?.limitMs === undefined ? [] : [`waits ${step.wait.limitMs / 60_000} min`]),
    ...(step.wait?.pace === undefined
      ? []
      : [`observes after ${step.wait.pace.firstMs / 1_000} s, then every ${step.wait.pace.everyMs / 1_000} s`]),
    ...resources.flatMap(([collection, spec]) => [
      `${collection}:`,
      ...Object.entries(spec).map(([field, value]) => `  ${field}: ${JSON.stringify(value)}`),
    ]),
    ...comparedFields.map((fields) => `conflict if changed: ${fields.join(', ') || 'nothing'}`),
    ...files.map(({ mode, path }) => `file: ${mode.toString(8).padStart(4, '0')} ${path}`),
    ...(probe ? [`check: ${indent(parseCheckScript(probe))}`] : []),
    ...scripts.filter((script) => script.endsWith('>&2')).map((script) => `apply: ${indent(script)}`),
    ...removeScripts.map((script) => `remove: ${indent(script)}`),
  ].join('\n');
}

function listKeys(label: string, handles: ClusterStep['dependsOn']): string[] {
  return handles && handles.length > 0 ? [`${label} ${handles.map(({ key }) => key).join(', ')}`] : [];
}

function indent(script: string): string {
  return script.replaceAll('\n', '\n  ');
}
