/** A limit that Google publishes. The emulator enforces it, so that a client that exceeds it fails here too. */
interface PublishedLimit<V> {
  readonly rule: string;
  readonly value: V;
  readonly source: string;
  /** Date of the last check of the source. */
  readonly checkedOn: string;
}

export const publishedLimits = {
  guestAttributeQueries: {
    rule: 'Queries of the guest attributes of an instance. After more, attributes that are being written may be removed.',
    value: [
      { count: 3, perMs: 1_000 },
      { count: 10, perMs: 60_000 },
    ],
    source: 'https://cloud.google.com/compute/docs/metadata/manage-guest-attributes',
    checkedOn: '2026-12-01',
  },
  networkMtu: {
    rule: 'Largest packet of a VPC network without an `mtu`, in bytes. Interfaces of instances have it.',
    value: 1_460,
    source: 'https://cloud.google.com/vpc/docs/mtu',
    checkedOn: '2026-12-01',
  },
} as const satisfies Record<string, PublishedLimit<unknown>>;
