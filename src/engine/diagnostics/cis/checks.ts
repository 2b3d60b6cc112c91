import type { Item } from './check.ts';
import { apiServer } from './checks/api-server-checks.ts';
import { components } from './checks/component-checks.ts';
import { controlPlaneFiles } from './checks/control-plane-file-checks.ts';
import { beside } from './checks/extra-checks.ts';
import { kubelet } from './checks/kubelet-checks.ts';
import { logging } from './checks/logging-checks.ts';
import { policies } from './checks/policy-checks.ts';
import { workerFiles } from './checks/worker-file-checks.ts';

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
