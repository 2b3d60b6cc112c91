import type { KnownBlock } from '@slack/types';
import type {
  ActiveRun,
  NotCurrentReason,
  StartResult,
  StartResultOrNotFound,
} from '../../engine/service/cluster-service.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { renderUnknownCluster } from './cluster-list.ts';
import { renderDenial } from './denial.ts';
import { formatClusterState } from './describe-status.ts';
import { buildFixButtons } from './fix-buttons.ts';
import { type Markdown, md } from './markdown.ts';
import { addMissingParts, renderMissingParts } from './missing-parts.ts';
import { getOperationLabels } from './operation-labels.ts';
import { formatDifferences } from './table.ts';

type MachineTypeProblem = Extract<StartResult, { problem: unknown }>;
type UnavailableVersion = Extract<StartResult, { unavailableVersion: unknown }>;
type NotCurrent = Extract<StartResult, { notCurrent: unknown }>;

/**
 * Ephemeral reply to a request for a run.
 * @param startedText shown when a run was started
 * @param createArgs raw arguments of a create, for a button that repeats it
 */
export function renderStartResult(
  name: string,
  result: StartResultOrNotFound,
  startedText: Markdown,
  createArgs?: Readonly<Record<string, unknown>>,
): Message {
  const buttons = buildFixButtons(name, result, createArgs);
  const fix = buttons.length > 0 ? [block.actions(...buttons)] : [];
  if ('run' in result) {
    if (result.stops) return renderQueued(name, result.stops);
    return addMissingParts(buildMessage(startedText), result.missingParts ?? []);
  }
  if ('blockedBy' in result) return renderMissingParts(name, result.blockedBy, 'refused');
  if ('overBudget' in result) return renderDenial({ reason: 'budget', problem: result.overBudget });
  if ('notFound' in result) return renderUnknownCluster(name);
  if ('activeRun' in result) {
    const { operation, requester, since } = result.activeRun;
    const { noun } = getOperationLabels(operation);
    const details = md`${noun} in progress, started by ${md.mention(requester)} ${md.timestamp(since)}`;
    return buildMessage(
      md`${name}: ${details}`,
      block.section(md`*${name}*: ${details}`),
      block.context(
        md`${md.code(`/kthw status ${name}`)} shows the progress · ${md.code(`/kthw cancel ${name}`)} cancels it`,
      ),
    );
  }
  if ('differences' in result) {
    return buildMessage(
      md`${name} already exists with different settings`,
      block.section(md`*${name}* already exists with different settings. Nothing was changed.`),
      block.section(formatDifferences(result.differences)),
      ...fix,
      block.context(md`Choose another name, or run ${md.code(`/kthw delete ${name}`)} first`),
    );
  }
  if ('problem' in result) return renderMachineTypeProblem(name, result, fix);
  if ('unavailableVersion' in result) return renderUnavailableVersion(name, result, fix);
  if ('notCurrent' in result) return renderNotCurrent(name, result);
  if ('notReady' in result) {
    return buildMessage(
      md`${name} is ${formatClusterState(result.notReady)}`,
      block.section(md`*${name}* is ${formatClusterState(result.notReady)}. This needs a ready cluster.`),
      block.context(md`${md.code(`/kthw status ${name}`)} shows what is missing · ${md.code(`/kthw resume ${name}`)}`),
    );
  }
  const state = formatClusterState(result.unchanged);
  return buildMessage(
    md`Nothing to do: ${name} is ${state}`,
    block.section(md`Nothing to do: *${name}* is ${state}`),
    block.context(md`${md.code(`/kthw status ${name}`)}`),
  );
}

/** The run waits for an approval to stop the active run. */
function renderQueued(name: string, { operation, requester }: ActiveRun): Message {
  const text = md`*${name}* is busy: ${md.mention(requester)}'s ${getOperationLabels(operation).noun} is in progress. The approval request will say that approving stops it`;
  return buildMessage(text, block.section(text), block.context(md`${md.code(`/kthw status ${name}`)}`));
}

function renderMachineTypeProblem(
  name: string,
  { problem, suggestedMachineType }: MachineTypeProblem,
  fix: readonly KnownBlock[],
): Message {
  const text = md`*${name}* was not changed: ${md.codeSpans(problem)}`;
  const hint = suggestedMachineType
    ? md`Use ${md.code(`--machine-type ${suggestedMachineType}`)} or a larger type`
    : md`Choose a machine type that exists in the zone`;
  return buildMessage(text, block.section(text), ...fix, block.context(hint));
}

function renderUnavailableVersion(
  name: string,
  { unavailableVersion, availableVersions }: UnavailableVersion,
  fix: readonly KnownBlock[],
): Message {
  const text = md`*${name}* was not changed: Kubernetes ${unavailableVersion} can't be downloaded. Available versions: ${availableVersions.join(', ')}`;
  const example = `/kthw create NAME --version ${availableVersions.at(-1) ?? ''}`;
  return buildMessage(
    text,
    block.section(text),
    ...fix,
    block.context(md`${md.code(example)} creates a cluster with an available version`),
  );
}

const notCurrentReasons: Readonly<Record<NotCurrentReason, string>> = {
  superseded: 'a newer run has changed the cluster',
  ended: 'the run has ended',
  rejected: 'the request was rejected',
  changedNothing: 'the run was cancelled before it changed anything',
  deletionCancelled: 'the deletion was cancelled',
};

function renderNotCurrent(name: string, { notCurrent, newerOperation }: NotCurrent): Message {
  const newer = newerOperation === undefined ? '' : ` (${getOperationLabels(newerOperation).noun})`;
  const text = md`*${name}* was not changed: ${notCurrentReasons[notCurrent]}${newer}`;
  return buildMessage(
    text,
    block.section(text),
    block.context(
      notCurrent === 'deletionCancelled'
        ? md`${md.code(`/kthw delete ${name}`)} asks for confirmation again · ${md.code(`/kthw status ${name}`)}`
        : md`Run the command again to start over · ${md.code(`/kthw status ${name}`)} shows the current state`,
    ),
  );
}
