import { Worker } from 'node:worker_threads';

/** Longest that one picture may take, on a machine with much else to do. */
const deadlineMs = 30_000;
/** One after the other, so that many runs that end together do not fill the memory. */
let renderQueue: Promise<unknown> = Promise.resolve();

/**
 * A drawing as PNG. It is made in a thread of its own that ends with it: the renderer is loaded by nobody who only answers
 * Slack, holds nobody up, and gives back what it took, which the garbage collector of this thread would not see.
 * @throws Error when it can't be drawn
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
    reject(new Error(`rendering a picture ended with code ${code}`));
  });
  return promise;
}
