import { networkInterfaces } from 'node:os';
import { addIpv4Offset, toIpv4Number } from '../../ipv4-offset.ts';
import { computeDigest } from '../host/emulator-id.ts';

/**
 * Transit addresses between one VPC network and the host, from the carrier-grade NAT range (RFC 6598), which VPC
 * networks do not use. The first two belong to the ends of the veth pair. The others represent peers whose real address
 * is unknown on one side.
 */
export class TransitAddressPool {
  readonly hostAddress: string;
  readonly networkAddress: string;
  /** CIDR range of the block. */
  readonly range: string;
  readonly #firstAddress: string;
  readonly #byKey = new Map<string, string>();
  readonly #byAddress = new Map<string, string>();
  #nextIndex = 16;

  constructor(seed: string, isRangeTaken: (range: string) => boolean = isRangeInUse) {
    const first = Number.parseInt(computeDigest(seed).slice(0, 8), 16) % blockCount;
    const order = Array.from({ length: 64 }, (_, step) => (first + step) % blockCount);
    const free = order.find((block) => !isRangeTaken(addIpv4Offset(rangeStart, block * blockSize)));
    if (free === undefined)
      throw new Error('cannot connect the network to the host: no free addresses in "100.64.0.0/10"');
    this.#firstAddress = addIpv4Offset(rangeStart, free * blockSize);
    this.range = `${this.#firstAddress}/22`;
    this.hostAddress = addIpv4Offset(this.#firstAddress, 1);
    this.networkAddress = addIpv4Offset(this.#firstAddress, 2);
  }

  /** Returns the transit address of a key, allocating one on first use. @throws Error when the block is full */
  allocate(key: string): string {
    const existing = this.#byKey.get(key);
    if (existing !== undefined) return existing;
    if (this.#nextIndex >= blockSize)
      throw new Error(`cannot allocate an address for "${key}": a network has at most ${blockSize - 16}`);
    const address = addIpv4Offset(this.#firstAddress, this.#nextIndex++);
    this.#byKey.set(key, address);
    this.#byAddress.set(address, key);
    return address;
  }

  /** Returns the key of an allocated address. */
  findKey(address: string): string | undefined {
    return this.#byAddress.get(address);
  }
}

const rangeStart = '100.64.0.0';
const blockSize = 1024;
const blockCount = 4096;

function isRangeInUse(first: string): boolean {
  const block = (address: string) => Math.floor(toIpv4Number(address) / blockSize);
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.some(({ family, address }) => family === 'IPv4' && block(address) === block(first));
}
