import type { PhaseState, RunView } from '../../engine/desk-types.ts';
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

export const phaseIcons: Readonly<Record<PhaseState, string>> = {
  waiting: '▫️',
  running: '⏳',
  retrying: '🔁',
  done: '✅',
  failed: '❌',
  conflicted: '⚠️',
  postponed: '⏸️',
};

export const clusterIcons: Readonly<Record<ClusterRecord['state'], string>> = {
  building: '⏳',
  ready: '✅',
  failed: '❌',
  cancelled: '⏹️',
  deleting: '🗑️',
  deleted: '▫️',
};

/** Where a run stands, in a word or two. `waits`: for a person's answer. */
export function standing(
  view: Pick<RunView, 'operation' | 'over' | 'cancelAsked'>,
  waits = false,
): { icon: string; words: string } {
  const { going, done } = called(view.operation);
  switch (view.over) {
    case 'succeeded':
      return { icon: '✅', words: done };
    case 'failed':
      return { icon: '❌', words: `${going} stopped` };
    case 'cancelled':
      return { icon: '⏹️', words: `${going} cancelled` };
    case undefined:
      if (view.cancelAsked) return { icon: '⏹️', words: 'stopping' };
      return waits ? { icon: '✋', words: `${going} waits for a yes` } : { icon: '⏳', words: going };
    default:
      return view.over satisfies never;
  }
}
