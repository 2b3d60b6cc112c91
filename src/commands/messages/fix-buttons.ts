import type { Button } from '@slack/types';
import type { StartResultOrNotFound } from '../../engine/service/cluster-service.ts';
import { block } from './blocks.ts';
import { formatCount } from './count.ts';

/** Action ids of buttons that repeat a refused request in a form that works. */
export const fixButtonIds = { create: 'create.retry', resize: 'resize.confirm', scale: 'scale.confirm' } as const;

/** https://docs.slack.dev/reference/block-kit/block-elements/button-element, 2026-11-30 */
const maxValueLength = 2000;

/** Buttons for a refused create or resize. Empty if no single action helps. @param createArgs raw arguments of the create */
export function buildFixButtons(
  cluster: string,
  result: StartResultOrNotFound,
  createArgs?: Readonly<Record<string, unknown>>,
): readonly Button[] {
  if ('problem' in result) {
    const { suggestedMachineType: machineType, shownRun: run } = result;
    if (!machineType) return [];
    if (run) return [block.button(fixButtonIds.resize, `Resize to ${machineType}`, { cluster, run, machineType })];
    return buildCreateButton(`Create with ${machineType}`, createArgs, { machineType });
  }
  if ('unavailableVersion' in result) {
    const version = result.availableVersions.at(-1);
    return version === undefined ? [] : buildCreateButton(`Create with ${version}`, createArgs, { version });
  }
  if (!('differences' in result) || !result.shownRun || result.differences.length !== 1) return [];
  const { shownRun: run } = result;
  return result.differences.flatMap(({ field, desired }) => {
    switch (field) {
      case 'workers':
        return block.button(fixButtonIds.scale, `Scale to ${formatCount(Number(desired), 'worker')}`, {
          cluster,
          run,
          workers: desired,
        });
      case 'machineType':
        return block.button(fixButtonIds.resize, `Resize to ${desired}`, { cluster, run, machineType: desired });
      default:
        return [];
    }
  });
}

function buildCreateButton(
  label: string,
  createArgs: Readonly<Record<string, unknown>> | undefined,
  changes: Readonly<Record<string, string>>,
): readonly Button[] {
  const button = createArgs && block.button(fixButtonIds.create, label, { ...createArgs, ...changes });
  return button && (button.value?.length ?? 0) <= maxValueLength ? [button] : [];
}
