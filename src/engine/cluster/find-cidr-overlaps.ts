import ipaddr from 'ipaddr.js';
import type { Cluster } from './cluster.ts';

/** Overlaps between a cluster's node, pod and service CIDRs, a sentence each. */
export function findCidrOverlaps({ subnet, podCidr, serviceCidr }: Cluster): string[] {
  const ranges = [
    { name: '--subnet', cidr: subnet },
    { name: '--pod-cidr', cidr: podCidr },
    { name: '--service-cidr', cidr: serviceCidr },
  ];
  return ranges.flatMap((a, i) =>
    ranges
      .slice(i + 1)
      .filter((b) => hasOverlap(a.cidr, b.cidr))
      .map((b) => `${a.name} ${a.cidr} overlaps ${b.name} ${b.cidr}`),
  );
}

function hasOverlap(a: string, b: string): boolean {
  const [addressA, bitsA] = ipaddr.IPv4.parseCIDR(a);
  const [addressB, bitsB] = ipaddr.IPv4.parseCIDR(b);
  return addressA.match(addressB, Math.min(bitsA, bitsB));
}
