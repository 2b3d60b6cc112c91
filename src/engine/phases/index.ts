import { certificates } from './certificates.ts';
import { cni } from './cni.ts';
import { containerd } from './containerd.ts';
import { controlPlane } from './control-plane.ts';
import { controllers } from './controllers.ts';
import { disableSsh } from './disable-ssh.ts';
import { dns } from './dns.ts';
import { downloads } from './downloads.ts';
import { encryption } from './encryption.ts';
import { etcd } from './etcd.ts';
import { firewall } from './firewall.ts';
import { healthProxy } from './health-proxy.ts';
import { keys } from './keys.ts';
import { kubeProxy } from './kube-proxy.ts';
import { kubeconfigs } from './kubeconfigs.ts';
import { kubelet } from './kubelet.ts';
import { loadBalancer } from './load-balancer.ts';
import { network } from './network.ts';
import { nodeRegistration } from './node-registration.ts';
import { podRoutes } from './pod-routes.ts';
import { preflight } from './preflight.ts';
import { rbac } from './rbac.ts';
import { readiness } from './readiness.ts';
import { smoke } from './smoke.ts';
import { sshHostKeys } from './ssh-host-keys.ts';
import { staticIp } from './static-ip.ts';
import { systemUsers } from './system-users.ts';
import { workers } from './workers.ts';

/** All phases in the tutorial's order. Dependencies of steps determine the order of execution. */
export const tutorialPhases = [
  preflight,
  staticIp,
  network,
  firewall,
  keys,
  controllers,
  workers,
  sshHostKeys,
  certificates,
  kubeconfigs,
  encryption,
  systemUsers,
  downloads,
  etcd,
  controlPlane,
  healthProxy,
  loadBalancer,
  rbac,
  cni,
  containerd,
  kubeProxy,
  kubelet,
  nodeRegistration,
  readiness,
  podRoutes,
  dns,
  smoke,
  disableSsh,
];
