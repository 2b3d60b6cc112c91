import type { Instance } from '../cluster/cluster.ts';
import { instanceStepHandle, type StepHandle } from '../workflow/step-handle.ts';

const handles = {
  controller: instanceStepHandle('controllers'),
  worker: instanceStepHandle('workers'),
} as const satisfies Record<Instance['role'], unknown>;

/** The step that creates an instance. */
export function getInstanceHandle(instance: Instance): StepHandle {
  return handles[instance.role].on(instance);
}
