import type { BasicOutcome, Check } from '../check.ts';
import {
  checkConfigFile,
  checkFlag,
  checkProcess,
  type Facts,
  findWorst,
  getField,
  inspectControllers,
} from '../check-helpers.ts';

const manager = 'kube-controller-manager';
const inUnit = `in ${manager}.service on each controller, and restart it`;

/** Controller manager, scheduler and etcd. */
export const componentChecks: readonly Check[] = [
  {
    number: '1.3.1',
    title: 'pods that have ended are cleared away',
    automated: false,
    remediation: `set \`--terminated-pod-gc-threshold\` ${inUnit}`,
    inspect: inspectControllers(checkFlag(manager, 'terminated-pod-gc-threshold', (value) => Number(value) > 0)),
  },
  {
    number: '1.3.2',
    title: "the controller manager's profiler is off",
    automated: true,
    remediation: `set \`--profiling=false\` ${inUnit}`,
    inspect: inspectControllers(checkFlag(manager, 'profiling', 'false')),
  },
  {
    number: '1.3.7',
    title: 'the controller manager listens on loopback only',
    automated: true,
    remediation: `set \`--bind-address=127.0.0.1\` ${inUnit}`,
    inspect: inspectControllers(checkFlag(manager, 'bind-address', '127.0.0.1')),
  },
  {
    number: '1.4.1',
    title: "the scheduler's profiler is off",
    automated: true,
    remediation: 'set `enableProfiling: false` in its configuration on each controller, and restart kube-scheduler',
    inspect: inspectControllers(
      checkProcess('kube-scheduler', ({ flags }, facts) => checkSchedulerProfiling(flags, facts)),
    ),
  },
  {
    number: '2.7',
    title: 'etcd has an authority of its own',
    automated: false,
    remediation: "sign etcd's certificates by another authority than the cluster's, and name it in `--trusted-ca-file`",
    inspect: inspectControllers((facts) =>
      findWorst([checkDedicatedCa(facts, 'trusted-ca-file'), checkDedicatedCa(facts, 'peer-trusted-ca-file')]),
    ),
  },
];

/** With a configuration the flag says nothing. https://kubernetes.io/docs/reference/command-line-tools-reference/kube-scheduler/ */
function checkSchedulerProfiling(flags: ReadonlyMap<string, string>, facts: Facts): BasicOutcome {
  if (!flags.has('config')) return checkFlag('kube-scheduler', 'profiling', 'false')(facts);
  return checkConfigFile('kube-scheduler', 'scheduler', (content): BasicOutcome => {
    const value = getField(content, 'enableProfiling');
    if (value === false) return 'right';
    return { failure: value === undefined ? '`enableProfiling` is not set' : `\`enableProfiling\` is \`${value}\`` };
  })(facts);
}

function checkDedicatedCa({ certificateAuthorities }: Facts, flagName: string): BasicOutcome {
  const publicKey = (service: string, flag: string) =>
    certificateAuthorities.find((one) => one.service === service && one.flag === flag)?.publicKey;
  const [etcdKey, clusterKey] = [publicKey('etcd', flagName), publicKey('kube-apiserver', 'client-ca-file')];
  if (etcdKey === undefined) return { unknown: `etcd names no certificate in \`--${flagName}\`` };
  if (clusterKey === undefined) return { unknown: "the cluster's authority was not found" };
  return etcdKey === clusterKey ? { failure: `\`--${flagName}\` is the cluster's authority` } : 'right';
}
