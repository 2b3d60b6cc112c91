import type { Store } from '../../store/store.ts';
import { operations } from '../phases/operations.ts';
import { type PlannedStep, planRun } from '../workflow/plan.ts';
import { foldEvents, initialRunState, type RunState } from '../workflow/run-state.ts';
import type { Phase } from '../workflow/step.ts';
import type { RunView } from './cluster-service-types.ts';
import { toRunView } from './run-view.ts';

interface CachedView {
  readonly planned: readonly PlannedStep[];
  state: RunState;
}

/** More than run at once: what is kept of the others is made again when somebody looks. */
const maxCachedViews = 200;

/**
 * Views of runs, looked at again with every event of theirs: what was planned and folded is kept, so that a look costs
 * its news only. Events never change, so that nothing kept gets old.
 */
export class RunViewCache {
  readonly #store: Store;
  readonly #phases: readonly Phase[];
  readonly #cachedViews = new Map<string, CachedView>();

  constructor(store: Store, phases: readonly Phase[]) {
    this.#store = store;
    this.#phases = phases;
  }

  async getRunView(run: string): Promise<RunView | undefined> {
    const record = (await this.#store.read('run', run))?.value;
    if (!record) return undefined;
    const cachedView = this.#cachedViews.get(run) ?? {
      planned: planRun(this.#phases, operations, record) ?? [],
      state: initialRunState,
    };
    const newEvents = await this.#store.readEvents(run, cachedView.state.seq);
    // Somebody else may have folded them while they were read.
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
