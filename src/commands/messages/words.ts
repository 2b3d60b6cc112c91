import type { PhaseState, RunView } from '../../engine/desk-types.ts';
import type { ClusterRecord } from '../../store/records.ts';

/** What each operation is called while it goes on, and when it is over. Others are shown by their name. */
const operations: Readonly<Record<string, { readonly going: string; readonly done: string }>> = {
  create: { going: 'building', done: 'ready' },
  delete: { going: 'deleting', done: 'deleted' },
  smoke: { going: 'smoke test', done: 'smoke test passed' },
};

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

/** Where a run stands, in a word or two. */
export function standing(view: Pick<RunView, 'operation' | 'over' | 'cancelAsked'>): { icon: string; words: string } {
  const called = operations[view.operation] ?? { going: view.operation, done: `${view.operation} done` };
  switch (view.over) {
    case 'succeeded':
      return { icon: '✅', words: called.done };
    case 'failed':
      return { icon: '❌', words: `${called.going} stopped` };
    case 'cancelled':
      return { icon: '⏹️', words: `${called.going} cancelled` };
    case undefined:
      return view.cancelAsked ? { icon: '⏹️', words: 'stopping' } : { icon: '⏳', words: called.going };
    default:
      return view.over satisfies never;
  }
}
