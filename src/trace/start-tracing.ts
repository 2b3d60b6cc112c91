import type { StoredEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';
import { logEvents } from './log-events.ts';
import { buildRunSpans } from './run-spans.ts';
import { type RunTailer, tailRuns } from './tail-runs.ts';
import { appendToTraceFile } from './trace-file.ts';

export interface TracingOptions {
  readonly store: Pick<Store, 'readEvents' | 'read'>;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** File for the spans of finished runs. @default none */
  readonly file?: string | undefined;
}

/** Logs the events of this process's runs and writes finished runs to the trace file, if configured. */
export function startTracing({ store, log, file }: TracingOptions): RunTailer {
  async function onEvents(run: string, events: readonly StoredEvent[]): Promise<void> {
    logEvents(run, events, log);
    if (file === undefined || !events.some(({ event }) => event.type === 'run.finished')) return;
    const record = (await store.read('run', run))?.value;
    if (record) await appendToTraceFile(file, run, buildRunSpans(run, record, await store.readEvents(run)));
  }
  return tailRuns({ store, log, onEvents });
}
