import type { Item } from './item.ts';
import { apiServer } from './items/api-server.ts';
import { beside } from './items/beside.ts';
import { components } from './items/components.ts';
import { controlPlaneFiles } from './items/control-plane-files.ts';
import { kubelet } from './items/kubelet.ts';
import { logging } from './items/logging.ts';
import { policies } from './items/policies.ts';
import { workerFiles } from './items/worker-files.ts';

/**
 * What the tutorial's cluster fails of the CIS Kubernetes Benchmark, with the numbers of kube-bench's `cis-1.12` (Kubernetes 1.32 to
 * 1.34; the items are looked at on every version), and what it leaves open beside that.
 * https://github.com/aquasecurity/kube-bench/tree/main/cfg/cis-1.12
 */
export const items: readonly Item[] = [
  ...controlPlaneFiles,
  ...apiServer,
  ...components,
  ...logging,
  ...workerFiles,
  ...kubelet,
  ...policies,
  ...beside,
];
