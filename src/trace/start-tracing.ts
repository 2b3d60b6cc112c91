import type { StoredEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';
import { logEvents } from './log-events.ts';
import { buildRunSpans } from './run-spans.ts';
import { type RunTailer, tailRuns } from './tail-runs.ts';
import { writeTrace } from './trace-file.ts';

export interface TracingOptions {
  readonly store: Pick<Store, 'readEvents' | 'read'>;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** Where runs that are over are written as spans. @default nowhere */
  readonly file?: string | undefined;
}

/** Tells the log what happens in this process's runs, and writes each run that is over as spans, if there is a file for it. */
export function startTracing({ store, log, file }: TracingOptions): RunTailer {
  async function onEvents(run: string, events: readonly StoredEvent[]): Promise<void> {
    logEvents(run, events, log);
    if (file === undefined || !events.some(({ event }) => event.type === 'run.finished')) return;
    const record = (await store.read('run', run))?.value;
    if (record) await writeTrace(file, run, buildRunSpans(run, record, await store.readEvents(run)));
  }
  return tailRuns({ store, log, onEvents });
}
