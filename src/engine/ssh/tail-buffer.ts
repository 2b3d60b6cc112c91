/** Keeps the last `limit` bytes of an output. */
export class TailBuffer {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk.byteLength;
    let oldest = this.#chunks[0];
    while (oldest && this.#size - oldest.byteLength >= this.#limit) {
      this.#chunks.shift();
      this.#size -= oldest.byteLength;
      oldest = this.#chunks[0];
    }
  }

  /** Decodes UTF-8; a character split by the limit becomes U+FFFD. */
  getText(): string {
    const all = Buffer.concat(this.#chunks);
    return all.subarray(Math.max(0, all.byteLength - this.#limit)).toString('utf8');
  }
}
