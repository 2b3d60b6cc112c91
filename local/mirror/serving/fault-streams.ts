import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault-injector.ts';

/** Transforms a response body according to a fault. */
export function createFaultStreams(fault: Fault | undefined): Transform[] {
  if (fault === undefined) return [];
  const streams: Transform[] = [];
  if (fault.corrupt) streams.push(createCorruptingStream());
  if (fault.bytesPerSecond !== undefined) streams.push(createThrottlingStream(fault.bytesPerSecond));
  return streams;
}

function createCorruptingStream(): Transform {
  let done = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      if (done || chunk.length === 0) return callback(undefined, chunk);
      done = true;
      const changed = Buffer.from(chunk);
      changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 0xff, changed.length - 1);
      callback(undefined, changed);
    },
  });
}

/** Sends chunks that take a tenth of a second each. */
function createThrottlingStream(bytesPerSecond: number): Transform {
  const closing = new AbortController();
  const slice = Math.max(1, Math.ceil(bytesPerSecond / 10));
  return new Transform({
    async transform(chunk: Buffer, _encoding, callback) {
      try {
        for (let at = 0; at < chunk.length; at += slice) {
          const piece = chunk.subarray(at, at + slice);
          await sleep((piece.length / bytesPerSecond) * 1000, undefined, { signal: closing.signal });
          this.push(piece);
        }
        callback();
      } catch (error) {
        callback(error as Error);
      }
    },
    destroy(error, callback) {
      closing.abort();
      callback(error);
    },
  });
}
