import type { BasicOutcome, Check } from '../check.ts';
import { checkConfigFile, checkFlag, checkProcess } from '../check-process.ts';
import { findWorst } from '../find-worst.ts';
import { getField } from '../get-field.ts';
import type { HostFacts } from '../host-facts.ts';
import { inspectControllers } from '../inspect-controllers.ts';

const manager = 'kube-controller-manager';
const inUnit = `in ${manager}.service on each controller and restart it`;

/** Checks of the controller manager, scheduler and etcd. */
export const componentChecks: readonly Check[] = [
  {
    number: '1.3.1',
    title: 'controller manager `--terminated-pod-gc-threshold`',
    automated: false,
    remediation: `set \`--terminated-pod-gc-threshold\` ${inUnit}`,
    inspect: inspectControllers(checkFlag(manager, 'terminated-pod-gc-threshold', (value) => Number(value) > 0)),
  },
  {
    number: '1.3.2',
    title: 'controller manager `--profiling=false`',
    automated: true,
    remediation: `set \`--profiling=false\` ${inUnit}`,
    inspect: inspectControllers(checkFlag(manager, 'profiling', 'false')),
  },
  {
    number: '1.3.7',
    title: 'controller manager `--bind-address=127.0.0.1`',
    automated: true,
    remediation: `set \`--bind-address=127.0.0.1\` ${inUnit}`,
    inspect: inspectControllers(checkFlag(manager, 'bind-address', '127.0.0.1')),
  },
  {
    number: '1.4.1',
    title: 'scheduler `--profiling=false`',
    automated: true,
    remediation:
      'set `enableProfiling: false` in the kube-scheduler configuration and `--profiling=false` in kube-scheduler.service on each controller, and restart kube-scheduler',
    inspect: inspectControllers(
      checkProcess('kube-scheduler', ({ flags }, facts) => checkSchedulerProfiling(flags, facts)),
    ),
  },
  {
    number: '2.7',
    title: 'etcd uses a dedicated CA',
    automated: false,
    remediation:
      'sign etcd certificates with a dedicated CA and set it in `--trusted-ca-file` and `--peer-trusted-ca-file`',
    inspect: inspectControllers((facts) =>
      findWorst([checkDedicatedCa(facts, 'trusted-ca-file'), checkDedicatedCa(facts, 'peer-trusted-ca-file')]),
    ),
  },
];

/** The benchmark reads the flag. With a configuration file, the flag has no effect. https://kubernetes.io/docs/reference/command-line-tools-reference/kube-scheduler/ */
function checkSchedulerProfiling(flags: ReadonlyMap<string, string>, facts: HostFacts): BasicOutcome {
  const flagOutcome = checkFlag('kube-scheduler', 'profiling', 'false')(facts);
  if (!flags.has('config')) return flagOutcome;
  const configOutcome = checkConfigFile('kube-scheduler', 'scheduler', (content): BasicOutcome => {
    const value = getField(content, 'enableProfiling');
    if (value === false) return 'pass';
    return { failure: value === undefined ? '`enableProfiling` is not set' : `\`enableProfiling\` is \`${value}\`` };
  })(facts);
  return findWorst([configOutcome, flagOutcome]);
}

function checkDedicatedCa({ certificateAuthorities }: HostFacts, flagName: string): BasicOutcome {
  const publicKey = (service: string, flag: string) =>
    certificateAuthorities.find((ca) => ca.service === service && ca.flag === flag)?.publicKey;
  const [etcdKey, clusterKey] = [publicKey('etcd', flagName), publicKey('kube-apiserver', 'client-ca-file')];
  if (etcdKey === undefined) return { unknown: `etcd has no readable certificate in \`--${flagName}\`` };
  if (clusterKey === undefined) return { unknown: 'cluster CA not found' };
  return etcdKey === clusterKey ? { failure: `\`--${flagName}\` is the cluster CA` } : 'pass';
}
