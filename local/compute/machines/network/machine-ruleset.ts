/**
 * The nftables ruleset of a machine's namespace: translates external addresses (loopback) to their transit addresses.
 * Runs before the kubelet's rules, which drop packets to 127.0.0.0/8.
 */
export function renderMachineRuleset(transitAddresses: ReadonlyMap<string, string>): string {
  const pairs = [...transitAddresses].map(([address, transitAddress]) => `${address} : ${transitAddress}`).join(', ');
  return [
    'table ip kthw',
    'flush table ip kthw',
    'table ip kthw {',
    '  chain output {',
    '    type nat hook output priority -101;',
    ...(pairs === '' ? [] : [`    dnat to ip daddr map { ${pairs} }`]),
    '  }',
    '  chain postrouting {',
    '    type nat hook postrouting priority 99;',
    '    ip saddr 127.0.0.0/8 oifname "eth0" masquerade',
    '  }',
    '}',
    '',
  ].join('\n');
}
