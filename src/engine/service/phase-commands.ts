import type { StoredEvent } from '../../store/events.ts';
import type { RunRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { deriveCluster } from '../cluster/cluster.ts';
import { createDigestLookup, type DigestLookup } from '../cluster/digests.ts';
import { KthwError } from '../cluster/errors.ts';
import type { Output } from '../cluster/output.ts';
import type { ShellCommand } from '../manual/format-command.ts';
import { RedactedVault } from '../manual/redacted-vault.ts';
import { operations } from '../phases/operations.ts';
import type { ClusterPhase, ManualCommand } from '../steps/cluster-step.ts';
import type { ManualContext } from '../steps/step-context.ts';
import { type PlannedStep, planRun } from '../workflow/plan.ts';
import { getDisplayPhase } from './run-view.ts';

/** Equivalent manual commands of a phase, with their output. Holds no secret: it is rendered without the vault. */
export interface PhaseCommands {
  readonly cluster: string;
  readonly title: string;
  readonly chapter: number;
  /** Completed steps, in the order of the plan. */
  readonly steps: readonly StepCommands[];
}

export interface StepCommands {
  readonly title: string;
  readonly commands: readonly ShellCommand[];
  /** Output of the commands. Empty: none was stored. */
  readonly commandOutput: string;
}

interface PhaseCommandsDeps {
  readonly store: Store;
  readonly phases: readonly ClusterPhase[];
  readonly mirror?: string | undefined;
  readonly digests?: DigestLookup;
}

/** @param phase name as in the run view */
export async function getPhaseCommands(
  { store, phases, mirror, digests = createDigestLookup() }: PhaseCommandsDeps,
  run: string,
  phase: string,
): Promise<PhaseCommands | undefined> {
  const record = (await store.read('run', run))?.value;
  if (!record) return undefined;
  const { spec } = record;
  const cluster = deriveCluster(spec);
  const plannedSteps = (planRun(phases, operations, record) ?? []).filter((p) => getDisplayPhase(p) === phase);
  const [first] = plannedSteps;
  if (!first) return undefined;
  const events = await store.readEvents(run);
  const earlierOutputs = await loadEarlierOutputs(store, record);
  const steps = await Promise.all(
    plannedSteps.map(async (p) => {
      const finished = events.findLast(({ event }) => event.type === 'step.finished' && event.step === p.id);
      if (finished?.event.type !== 'step.finished') return [];
      const c = {
        cluster,
        mirror,
        digests,
        vault: new RedactedVault(),
        ...createOutputReader(p, earlierOutputs, events.slice(0, finished.seq)),
      };
      return [
        toStepCommands(
          p,
          await (p.step.explained?.manualCommands?.(c, p.direction) ?? []),
          finished.event.commandOutput,
        ),
      ];
    }),
  );
  const { title, chapter } = first.phase;
  return { cluster: spec.name, title, chapter, steps: steps.flat() };
}

function toStepCommands({ step }: PlannedStep, manual: readonly ManualCommand[], commandOutput = ''): StepCommands {
  const commands = manual.map((each) => (typeof each === 'string' ? { script: each } : each));
  return { title: step.title, commands, commandOutput };
}

/** Outputs that existed when the run started, as far as they are stored. */
async function loadEarlierOutputs(
  store: Store,
  { cluster, operation }: RunRecord,
): Promise<ReadonlyMap<string, unknown>> {
  if (operation === 'create' || operation === 'rebuild') return new Map();
  return new Map(Object.entries((await store.read('cluster', cluster))?.value.outputs ?? {}));
}

/** Outputs that existed when a step was executed. */
function createOutputReader(
  { id }: PlannedStep,
  earlierOutputs: ReadonlyMap<string, unknown>,
  events: readonly StoredEvent[],
): Pick<ManualContext, 'getOutput' | 'findOutput'> {
  const newOutputs = events.flatMap(({ event }) => (event.type === 'step.finished' ? event.outputs : []));
  const outputs = new Map([...earlierOutputs, ...newOutputs.map(({ name, value }) => [name, value] as const)]);
  function findOutput<T>({ name, schema }: Output<T>): T | undefined {
    const value = outputs.get(name);
    return value === undefined ? undefined : schema.parse(value);
  }
  return {
    findOutput,
    getOutput(output) {
      const value = findOutput(output);
      if (value !== undefined) return value;
      throw new KthwError('bug', { doing: id }, { detail: `"${output.name}" is not known` });
    },
  };
}
