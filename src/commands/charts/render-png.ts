import { Worker } from 'node:worker_threads';

/** Generous, because the host may be busy with runs. */
const deadlineMs = 30_000;
/** One at a time, to limit memory when many runs end together. */
let renderQueue: Promise<unknown> = Promise.resolve();

/**
 * Renders SVG as PNG in a worker thread. The thread keeps the renderer out of processes that only answer Slack, doesn't
 * block the event loop, and frees native memory that this thread's garbage collector doesn't see.
 * @throws Error when rendering fails or takes longer than 30 s
 */
export async function renderPng(svg: string): Promise<Uint8Array> {
  const png = renderQueue.then(() => runRenderWorker(svg));
  renderQueue = png.catch(() => undefined);
  return await png;
}

function runRenderWorker(svg: string): Promise<Uint8Array> {
  const worker = new Worker(new URL('./render-thread.ts', import.meta.url), { workerData: svg });
  const timeout = setTimeout(() => void worker.terminate(), deadlineMs);
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', (code) => {
    clearTimeout(timeout);
    reject(new Error(`rendering a chart exited with code ${code}`));
  });
  return promise;
}
