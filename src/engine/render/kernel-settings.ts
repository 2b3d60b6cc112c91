/** For modules-load.d: what containers and bridges need. A kernel without such a module is told about, and goes on. */
export function renderKernelModules(): string {
  return 'overlay\nbr_netfilter\n';
}

/**
 * For sysctl.d: packets of pods are routed, and those that cross a bridge meet kube-proxy's rules. The leading minus: where
 * a setting does not exist, the others are still made.
 */
export function renderSysctls(): string {
  return `net.ipv4.ip_forward = 1
-net.bridge.bridge-nf-call-iptables = 1
-net.bridge.bridge-nf-call-ip6tables = 1
`;
}
