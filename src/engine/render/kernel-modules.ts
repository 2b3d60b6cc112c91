/** Renders a modules-load.d file with the modules for containers and bridges. Missing modules cause a warning only. */
export function renderKernelModules(): string {
  return 'overlay\nbr_netfilter\n';
}

/**
 * Renders a sysctl.d file that enables routing for pods and applies kube-proxy's rules to bridged packets. `-` ignores
 * settings that do not exist.
 */
export function renderSysctls(): string {
  return `net.ipv4.ip_forward = 1
-net.bridge.bridge-nf-call-iptables = 1
-net.bridge.bridge-nf-call-ip6tables = 1
`;
}
