import { paths } from './paths.ts';
import { renderSystemdUnit } from './systemd-unit.ts';

const chain = 'KTHW-METADATA';
const jump = `FORWARD -d 169.254.169.254/32 -j ${chain}`;
/** In the form that `iptables -S` prints. */
const rules = [
  `-A ${chain} -p udp -m udp --dport 53 -j RETURN`,
  `-A ${chain} -p tcp -m tcp --dport 53 -j RETURN`,
  `-A ${chain} -j DROP`,
];

export const metadataFirewall = {
  unit: 'kthw-metadata-firewall',
  /** Succeeds if the rules are active and unchanged. */
  checkScript: `iptables -w -t mangle -C ${jump} && [ "$(iptables -w -t mangle -S ${chain} | tail -n +2)" = '${rules.join('\n')}' ]`,
} as const;

/**
 * Renders rules for iptables-restore that keep pods from Compute Engine's metadata server, except for its DNS server, to which
 * CoreDNS forwards. They apply to forwarded packets: the instance and pods in its network namespace are not affected. In the
 * mangle table, because kube-proxy and CNI plugins accept packets in the filter table.
 */
export function renderMetadataFirewallRules(): string {
  return ['*mangle', `:${chain} - [0:0]`, ...rules, `-I ${jump}`, 'COMMIT', ''].join('\n');
}

/** Renders the unit that installs the rules before the kubelet starts pods, at every boot. */
export function renderMetadataFirewallUnit(): string {
  return renderSystemdUnit({
    description: 'Block pods from the metadata server',
    unit: { Before: 'kubelet.service' },
    service: {
      Type: 'oneshot',
      RemainAfterExit: 'yes',
      ExecStart: `/usr/sbin/iptables-restore -w --noflush ${paths.metadataFirewallRules}`,
      ExecStop: `-/usr/sbin/iptables -w -t mangle -D ${jump}`,
    },
  });
}
