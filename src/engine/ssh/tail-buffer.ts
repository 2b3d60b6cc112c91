/** What a command wrote, of which only the end is kept once it is more than `limit` bytes. */
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

  /** As text; a character that the limit cut in two shows as U+FFFD. */
  getText(): string {
    const all = Buffer.concat(this.#chunks);
    return all.subarray(Math.max(0, all.byteLength - this.#limit)).toString('utf8');
  }
}
