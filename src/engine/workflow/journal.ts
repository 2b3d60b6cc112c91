import type { EngineEvent } from '../../store/events.ts';
import type { Lease, Store } from '../../store/store.ts';
import { foldEvents, initialRunState, type RunState } from './run-state.ts';

interface PendingAppend {
  readonly events: readonly EngineEvent[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes the events of one run in order and folds them. Events that concurrent steps append at the same time are written
 * together.
 */
export class Journal {
  readonly #store: Store;
  readonly #run: string;
  #lease: Lease;
  #state: RunState = initialRunState;
  #pending: PendingAppend[] = [];
  #writing = false;

  readonly #onEventsAppended: () => void;

  constructor(store: Store, lease: Lease, onEventsAppended: () => void) {
    this.#store = store;
    this.#onEventsAppended = onEventsAppended;
    this.#run = lease.run;
    this.#lease = lease;
  }

  get state(): RunState {
    return this.#state;
  }

  get lease(): Lease {
    return this.#lease;
  }

  /** @throws LeaseLost */
  async renew(ttlMs: number): Promise<void> {
    this.#lease = await this.#store.renewLease(this.#lease, ttlMs);
  }

  /** Folds events that others have appended: decisions of users, or another process. */
  async catchUp(): Promise<void> {
    const events = await this.#store.readEvents(this.#run, this.#state.seq);
    // A write of this journal may have completed during the read.
    this.#state = foldEvents(
      events.filter((e) => e.seq > this.#state.seq),
      this.#state,
    );
  }

  /** Returns once the events are stored and folded. @throws LeaseLost */
  append(...events: readonly EngineEvent[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ events, resolve, reject });
      void this.#write();
    });
  }

  async #write(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    try {
      while (this.#pending.length > 0) await this.#writeBatch(this.#pending.splice(0));
    } finally {
      this.#writing = false;
    }
  }

  async #writeBatch(batch: readonly PendingAppend[]): Promise<void> {
    try {
      await this.#store.append(
        this.#run,
        batch.flatMap((entry) => entry.events),
        this.#lease,
      );
      await this.catchUp();
      for (const entry of batch) entry.resolve();
      this.#onEventsAppended();
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
  }
}
