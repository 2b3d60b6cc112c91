import type { PhaseState, RunView } from '../../engine/service/cluster-service-types.ts';
import type { ClusterRecord } from '../../store/records.ts';

/** What each operation is called while it goes on, and when it is over. Others are shown by their name. */
const operations: Readonly<Record<string, { readonly going: string; readonly done: string }>> = {
  create: { going: 'building', done: 'ready' },
  delete: { going: 'deleting', done: 'deleted' },
  smoke: { going: 'smoke test', done: 'smoke test passed' },
  rebuild: { going: 'rebuilding', done: 'rebuilt' },
  scale: { going: 'scaling', done: 'scaled' },
  resize: { going: 'resizing', done: 'resized' },
};

export function called(operation: string): { readonly going: string; readonly done: string } {
  return operations[operation] ?? { going: operation, done: `${operation} done` };
}

/** A run at a glance: an icon, and the colour of what is done of it. The words beside them say the same. */
export type Tone = 'going' | 'waiting' | 'stopping' | 'failed' | 'cancelled' | 'done';

export const tones: Readonly<Record<Tone, { readonly icon: string; readonly full: string }>> = {
  going: { icon: '⏳', full: '🟦' },
  waiting: { icon: '✋', full: '🟨' },
  stopping: { icon: '⏹️', full: '⬛' },
  failed: { icon: '❌', full: '🟥' },
  cancelled: { icon: '⏹️', full: '⬛' },
  done: { icon: '✅', full: '🟩' },
};

/** Where a run stands. `waits`: for a person's answer; it waits after a chapter too. */
export function toneOf(
  { over, cancelAsked, pausedAfter }: Pick<RunView, 'over' | 'cancelAsked' | 'pausedAfter'>,
  waits = false,
): Tone {
  switch (over) {
    case 'succeeded':
      return 'done';
    case 'failed':
    case 'cancelled':
      return over;
    case undefined:
      if (cancelAsked) return 'stopping';
      return waits || pausedAfter !== undefined ? 'waiting' : 'going';
    default:
      return over satisfies never;
  }
}

/** Over, and there is something left to go on with. */
export function isStopped({ over }: Pick<RunView, 'over'>): boolean {
  return over === 'failed' || over === 'cancelled';
}

/** The same in a word or two. */
export function standing(
  view: Pick<RunView, 'operation' | 'over' | 'cancelAsked' | 'pausedAfter'>,
  waits = false,
): { readonly icon: string; readonly words: string } {
  const { going, done } = called(view.operation);
  const tone = toneOf(view, waits);
  const words: Readonly<Record<Tone, string>> = {
    going,
    waiting:
      view.pausedAfter === undefined
        ? `${going} waits for a yes`
        : `${going} waits for a button: chapter ${view.pausedAfter} is done`,
    stopping: 'stopping',
    failed: `${going} stopped`,
    cancelled: `${going} cancelled`,
    done,
  };
  return { icon: tones[tone].icon, words: words[tone] };
}

/** A phase at a glance, and in words where its line does not say it by its time. */
export const phaseWords: Readonly<Record<PhaseState | 'begun', { readonly icon: string; readonly words: string }>> = {
  waiting: { icon: '▫️', words: 'to come' },
  running: { icon: '⏳', words: 'going on' },
  retrying: { icon: '🔁', words: 'trying again' },
  /** And not done when the run was over. */
  begun: { icon: '▪️', words: 'begun' },
  done: { icon: '✅', words: 'done' },
  failed: { icon: '❌', words: 'stopped' },
  conflicted: { icon: '⚠️', words: 'exists and differs' },
  postponed: { icon: '⏸️', words: 'left for later' },
};

export const clusterIcons: Readonly<Record<ClusterRecord['state'], string>> = {
  building: '⏳',
  ready: '✅',
  failed: '❌',
  cancelled: '⏹️',
  deleting: '🗑️',
  deleted: '▫️',
};
