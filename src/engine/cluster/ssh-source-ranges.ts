import { z } from 'zod';
import { parseCidr } from './cidr.ts';
import { isWithinRanges } from './is-within-ranges.ts';

/** Google's limit for one rule is 5,000. A person can still review this many. */
const maxRanges = 50;
/** "This network", loopback, link-local and multicast addresses: no connection arrives from them. RFC 6890 */
const impossibleSources = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4'];

/**
 * Source ranges of the SSH firewall rule: comma-separated IPv4 CIDRs. Sorted and deduplicated, so that equal sets compare
 * equal. An address without a prefix length becomes a /32.
 */
export const SshSourceRanges = z.string().transform((text, context): readonly string[] => {
  const ranges = text.split(',').map((range) => range.trim());
  const problems = ranges.flatMap((range) => findRangeProblem(range) ?? []);
  if (ranges.length > maxRanges) problems.push(`${ranges.length} ranges; at most ${maxRanges} are allowed`);
  for (const message of problems) context.addIssue({ code: 'custom', message });
  return [...new Set(ranges.map(addPrefixLength))].sort();
});

function findRangeProblem(input: string): string | undefined {
  const range = addPrefixLength(input);
  const parsed = parseCidr(range);
  if (!parsed) return `"${input}" is not an IPv4 CIDR; use the form 203.0.113.0/24, comma-separated`;
  if (parsed.network !== range) return `"${input}" has host bits set; did you mean ${parsed.network}?`;
  return isWithinRanges(range, impossibleSources)
    ? `"${input}" can't be the source of a connection; use the addresses of your network, or 0.0.0.0/0 for all`
    : undefined;
}

function addPrefixLength(range: string): string {
  return range.includes('/') ? range : `${range}/32`;
}
