import { networkInterfaces } from 'node:os';
import { digest } from '../host/emulator-id.ts';

/**
 * The addresses between one network and the host, out of the range for carriers' own use (RFC 6598), which no plan of a
 * network has. The host's and the network's ends of the pair come first; then tokens, which stand for what has an address
 * of its own only on one side.
 */
export class TokenBlock {
  readonly host: string;
  readonly network: string;
  /** All of the block, as a range. */
  readonly range: string;
  readonly #base: number;
  readonly #byKey = new Map<string, string>();
  readonly #byToken = new Map<string, string>();
  #next = 16;

  constructor(seed: string, taken: (range: string) => boolean = isTaken) {
    const first = Number.parseInt(digest(seed).slice(0, 8), 16) % blocks;
    const order = Array.from({ length: 64 }, (_, step) => (first + step) % blocks);
    const free = order.find((block) => !taken(text(start + block * size)));
    if (free === undefined) throw new Error('cannot lead into a network: no free addresses in "100.64.0.0/10"');
    this.#base = start + free * size;
    this.range = `${text(this.#base)}/22`;
    this.host = text(this.#base + 1);
    this.network = text(this.#base + 2);
  }

  /** The token for this key, always the same one. @throws Error when a network has more than a thousand */
  token(key: string): string {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    if (this.#next >= size) throw new Error(`cannot give "${key}" an address: a network has ${size - 16} at most`);
    const token = text(this.#base + this.#next++);
    this.#byKey.set(key, token);
    this.#byToken.set(token, key);
    return token;
  }

  /** What a token stands for. */
  keyOf(token: string): string | undefined {
    return this.#byToken.get(token);
  }
}

const start = 0x64_40_00_00;
const size = 1024;
const blocks = 4096;

function isTaken(first: string): boolean {
  const block = (address: string) => Math.floor(number(address) / size);
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.some(({ family, address }) => family === 'IPv4' && block(address) === block(first));
}

function number(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function text(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}
