import type { Store } from '../../store/store.ts';
import { clusterOf } from '../cluster/cluster.ts';
import { isOperation } from '../workflow/operations.ts';
import { type PlannedStep, plan } from '../workflow/plan.ts';
import { folded, fresh, type RunState } from '../workflow/run-state.ts';
import type { Phase } from '../workflow/step.ts';
import type { RunView } from './cluster-service-types.ts';
import { viewOf } from './run-view.ts';

interface Kept {
  readonly planned: readonly PlannedStep[];
  state: RunState;
}

/** More than run at once: what is kept of the others is made again when somebody looks. */
const mostKept = 200;

/**
 * Views of runs, looked at again with every event of theirs: what was planned and folded is kept, so that a look costs
 * its news only. Events never change, so that nothing kept gets old.
 */
export class RunViews {
  readonly #store: Store;
  readonly #phases: readonly Phase[];
  readonly #kept = new Map<string, Kept>();

  constructor(store: Store, phases: readonly Phase[]) {
    this.#store = store;
    this.#phases = phases;
  }

  async of(run: string): Promise<RunView | undefined> {
    const record = (await this.#store.read('run', run))?.value;
    if (!record) return undefined;
    const { operation, spec } = record;
    const planned = () => (isOperation(operation) ? plan(this.#phases, clusterOf(spec), { ...record, operation }) : []);
    const kept = this.#kept.get(run) ?? { planned: planned(), state: fresh };
    const news = await this.#store.events(run, kept.state.seq);
    // Somebody else may have folded them while they were read.
    const unseen = news.filter(({ seq }) => seq > kept.state.seq);
    if (unseen.length > 0) kept.state = folded(unseen, kept.state);
    this.#keep(run, kept);
    return viewOf(run, record, kept.planned, kept.state);
  }

  #keep(run: string, kept: Kept): void {
    this.#kept.delete(run);
    this.#kept.set(run, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
  }
}
