import type { Offer, Offers } from '../../src/engine/offers.ts';

/** A region of two zones and another of one; a size that is too small among them. */
export const someOffer = {
  regions: [
    { name: 'europe-west1', zones: ['europe-west1-b', 'europe-west1-d'] },
    { name: 'us-west1', zones: ['us-west1-a', 'us-west1-b', 'us-west1-c'] },
  ],
  sizes: [
    {
      name: 'f1-micro',
      cpus: 1,
      memoryMb: 614,
      sharedCpu: true,
      lacks: ['a share of a CPU where 1 whole one is needed', '614 MB where 2000 MB are needed'],
    },
    { name: 'e2-standard-2', cpus: 2, memoryMb: 8192, sharedCpu: false, lacks: [] },
    { name: 'e2-standard-4', cpus: 4, memoryMb: 16_384, sharedCpu: false, lacks: [] },
    { name: 'n1-standard-1', cpus: 1, memoryMb: 3840, sharedCpu: false, lacks: [] },
  ],
} as const satisfies Offer;

/** Compute Engine that has answered already. */
export function someOffers(offer: Offer = someOffer): Offers {
  return { known: () => offer, at: async () => offer };
}
