import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** Google's limit for one rule is 5,000; this many are still looked over by a person. */
const maxRanges = 50;

/**
 * From where ssh may come in: IPv4 ranges with commas between, read as each once and in one order, so that the same
 * ranges are the same text. A lone address is a range of one.
 */
export const SshSourceRanges = z.string().transform((text, context): readonly string[] => {
  const ranges = text.split(',').map((range) => range.trim());
  const problems = ranges.flatMap((range) => findRangeProblem(range) ?? []);
  if (ranges.length > maxRanges) problems.push(`${ranges.length} ranges are too many, at most ${maxRanges}`);
  for (const message of problems) context.addIssue({ code: 'custom', message });
  return [...new Set(ranges.map(addPrefixLength))].sort();
});

function findRangeProblem(input: string): string | undefined {
  const range = addPrefixLength(input);
  // Four decimal parts: the library would also take "10.1/16", and "010" as octal.
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){3}\/\d{1,2}$/.test(range) || !ipaddr.IPv4.isValidCIDR(range))
    return `"${input}" is not an IPv4 range; write it like 203.0.113.0/24, several with commas between`;
  const network = ipaddr.IPv4.networkAddressFromCIDR(range).toString();
  const [address = '', prefixLength] = range.split('/');
  return address === network
    ? undefined
    : `"${input}" has bits beyond its length; did you mean ${network}/${prefixLength}?`;
}

function addPrefixLength(range: string): string {
  return range.includes('/') ? range : `${range}/32`;
}
