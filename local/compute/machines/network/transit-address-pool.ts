import { networkInterfaces } from 'node:os';
import { computeDigest } from '../host/emulator-id.ts';

/**
 * The addresses between one network and the host, out of the range for carriers' own use (RFC 6598), which no plan of a
 * network has. The host's and the network's ends of the pair come first; then tokens, which stand for what has an address
 * of its own only on one side.
 */
export class TransitAddressPool {
  readonly hostAddress: string;
  readonly networkAddress: string;
  /** All of the block, as a range. */
  readonly range: string;
  readonly #firstAddress: number;
  readonly #byKey = new Map<string, string>();
  readonly #byAddress = new Map<string, string>();
  #nextIndex = 16;

  constructor(seed: string, isRangeTaken: (range: string) => boolean = isRangeInUse) {
    const first = Number.parseInt(computeDigest(seed).slice(0, 8), 16) % blockCount;
    const order = Array.from({ length: 64 }, (_, step) => (first + step) % blockCount);
    const free = order.find((block) => !isRangeTaken(formatAddress(rangeStart + block * blockSize)));
    if (free === undefined) throw new Error('cannot lead into a network: no free addresses in "100.64.0.0/10"');
    this.#firstAddress = rangeStart + free * blockSize;
    this.range = `${formatAddress(this.#firstAddress)}/22`;
    this.hostAddress = formatAddress(this.#firstAddress + 1);
    this.networkAddress = formatAddress(this.#firstAddress + 2);
  }

  /** The token for this key, always the same one. @throws Error when a network has more than a thousand */
  allocate(key: string): string {
    const existing = this.#byKey.get(key);
    if (existing !== undefined) return existing;
    if (this.#nextIndex >= blockSize)
      throw new Error(`cannot give "${key}" an address: a network has ${blockSize - 16} at most`);
    const address = formatAddress(this.#firstAddress + this.#nextIndex++);
    this.#byKey.set(key, address);
    this.#byAddress.set(address, key);
    return address;
  }

  /** What a token stands for. */
  findKey(address: string): string | undefined {
    return this.#byAddress.get(address);
  }
}

const rangeStart = 0x64_40_00_00;
const blockSize = 1024;
const blockCount = 4096;

function isRangeInUse(first: string): boolean {
  const block = (address: string) => Math.floor(toNumber(address) / blockSize);
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.some(({ family, address }) => family === 'IPv4' && block(address) === block(first));
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}
