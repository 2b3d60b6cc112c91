import type { Check } from './check.ts';
import { apiServerChecks } from './checks/api-server-checks.ts';
import { componentChecks } from './checks/component-checks.ts';
import { controlPlaneFileChecks } from './checks/control-plane-file-checks.ts';
import { extraChecks } from './checks/extra-checks.ts';
import { kubeletChecks } from './checks/kubelet-checks.ts';
import { loggingChecks } from './checks/logging-checks.ts';
import { policyChecks } from './checks/policy-checks.ts';
import { workerFileChecks } from './checks/worker-file-checks.ts';

/**
 * What the tutorial's cluster fails of the CIS Kubernetes Benchmark, with the numbers of kube-bench's `cis-1.12` (Kubernetes 1.32 to
 * 1.34; the items are looked at on every version), and what it leaves open beside that.
 * https://github.com/aquasecurity/kube-bench/tree/main/cfg/cis-1.12
 */
export const checks: readonly Check[] = [
  ...controlPlaneFileChecks,
  ...apiServerChecks,
  ...componentChecks,
  ...loggingChecks,
  ...workerFileChecks,
  ...kubeletChecks,
  ...policyChecks,
  ...extraChecks,
];
