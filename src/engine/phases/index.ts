// The tutorial's table of contents: one line a phase. The order of running comes from each phase's `after`.

export { addresses } from './addresses.ts';
export { certificates } from './certificates.ts';
export { cni } from './cni.ts';
export { containerd } from './containerd.ts';
export { controlPlane } from './control-plane.ts';
export { controllers } from './controllers.ts';
export { dns } from './dns.ts';
export { downloads } from './downloads.ts';
export { encryption } from './encryption.ts';
export { etcd } from './etcd.ts';
export { firewall } from './firewall.ts';
export { healthProxy } from './health-proxy.ts';
export { hostKeysPhase } from './host-keys.ts';
export { keys } from './keys.ts';
export { kubeProxy } from './kube-proxy.ts';
export { kubeconfigs } from './kubeconfigs.ts';
export { kubelet } from './kubelet.ts';
export { loadBalancer } from './load-balancer.ts';
export { membership } from './membership.ts';
export { network } from './network.ts';
export { podRoutes } from './pod-routes.ts';
export { preflight } from './preflight.ts';
export { rbac } from './rbac.ts';
export { ready } from './ready.ts';
export { smoke } from './smoke.ts';
export { workers } from './workers.ts';
