import type { Store } from '../../store/store.ts';
import { operations } from '../phases/operations.ts';
import { type PlannedStep, planRun } from '../workflow/plan.ts';
import { foldEvents, initialRunState, type RunState } from '../workflow/run-state.ts';
import type { Phase } from '../workflow/step.ts';
import type { RunView } from './cluster-service.ts';
import { toRunView } from './run-view.ts';

interface CachedView {
  readonly planned: readonly PlannedStep[];
  state: RunState;
}

/** Exceeds the number of concurrent runs. Evicted views are rebuilt on demand. */
const maxCachedViews = 200;

/**
 * Builds run views incrementally: the plan and the folded state are cached, so that a view reads only new events. Stored
 * events never change, so cached state never becomes stale.
 */
export class RunViewCache {
  readonly #store: Store;
  readonly #phases: readonly Phase[];
  readonly #cachedViews = new Map<string, CachedView>();

  constructor(store: Store, phases: readonly Phase[]) {
    this.#store = store;
    this.#phases = phases;
  }

  async getRunView(run: string, throughSeq?: number): Promise<RunView | undefined> {
    const record = (await this.#store.read('run', run))?.value;
    if (!record) return undefined;
    const cachedView = this.#cachedViews.get(run) ?? {
      planned: planRun(this.#phases, operations, record) ?? [],
      state: initialRunState,
    };
    if (throughSeq !== undefined) {
      const state = foldEvents((await this.#store.readEvents(run)).slice(0, throughSeq));
      return toRunView(run, record, cachedView.planned, state);
    }
    const newEvents = await this.#store.readEvents(run, cachedView.state.seq);
    // A concurrent call may have folded these events already.
    const unappliedEvents = newEvents.filter(({ seq }) => seq > cachedView.state.seq);
    if (unappliedEvents.length > 0) cachedView.state = foldEvents(unappliedEvents, cachedView.state);
    this.#cacheView(run, cachedView);
    return toRunView(run, record, cachedView.planned, cachedView.state);
  }

  #cacheView(run: string, cachedView: CachedView): void {
    this.#cachedViews.delete(run);
    this.#cachedViews.set(run, cachedView);
    const [oldest] = this.#cachedViews.keys();
    if (this.#cachedViews.size > maxCachedViews && oldest !== undefined) this.#cachedViews.delete(oldest);
  }
}
