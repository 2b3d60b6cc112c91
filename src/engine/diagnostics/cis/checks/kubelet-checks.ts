import type { BasicOutcome, Check, Finding, Outcome } from '../check.ts';
import { checkConfigFile, checkProcess } from '../check-process.ts';
import { isFailure } from '../find-worst.ts';
import { getField, toList } from '../get-field.ts';
import type { HostFacts } from '../host-facts.ts';
import { inspectWorkers } from '../inspect-controllers.ts';
import { hasOnlyStrongCiphers, strongKubeletCipherSuites } from '../strong-ciphers.ts';

const inConfig = 'in each kubelet configuration and restart the kubelet';

/** Checks of kubelet settings. */
export const kubeletChecks: readonly Check[] = [
  {
    number: '4.2.7',
    title: 'kubelet `--hostname-override` not set',
    automated: false,
    remediation: 'remove `--hostname-override` in kubelet.service, or set it to the name of the instance',
    inspect: ({ instances }) =>
      instances.flatMap(({ name, role, facts }): Finding[] => {
        if (role !== 'worker') return [];
        const check = checkProcess('kubelet', ({ flags }) => checkHostnameOverride(flags, name));
        return [{ instance: name, actual: 'unknown' in facts ? facts : check(facts) }];
      }),
  },
  {
    number: '4.2.8',
    title: 'kubelet `eventRecordQPS`',
    automated: false,
    remediation: `set \`eventRecordQPS\` ${inConfig}`,
    inspect: inspectWorkers(checkSetting('eventRecordQPS', 'event-qps', (value) => Number(value) >= 0, 'pass')),
  },
  {
    number: '4.2.11',
    title: 'kubelet `RotateKubeletServerCertificate`',
    automated: false,
    remediation: `set \`serverTLSBootstrap: true\` ${inConfig}; its certificate signing requests need approval`,
    inspect: inspectWorkers(checkConfigFile('kubelet', 'kubelet', checkServingCertificates)),
  },
  {
    number: '4.2.12',
    title: 'kubelet accepts strong cipher suites only',
    automated: false,
    remediation: `list only strong cipher suites in \`tlsCipherSuites\` ${inConfig}`,
    inspect: inspectWorkers(
      checkSetting('tlsCipherSuites', 'tls-cipher-suites', (value) =>
        hasOnlyStrongCiphers(typeof value === 'string' ? value.split(',') : toList(value), strongKubeletCipherSuites),
      ),
    ),
  },
  {
    number: '4.2.13',
    title: 'kubelet pod PID limit (`podPidsLimit`)',
    automated: false,
    remediation: `set \`podPidsLimit\` ${inConfig}`,
    inspect: inspectWorkers(checkSetting('podPidsLimit', 'pod-max-pids', (value) => Number(value) > 0)),
  },
  {
    number: '4.2.14',
    title: 'kubelet `--seccomp-default`',
    automated: false,
    remediation: `set \`seccompDefault: true\` ${inConfig}`,
    inspect: inspectWorkers((facts, minor): Outcome => {
      const outcome = checkSetting('seccompDefault', 'seccomp-default', (value) => String(value) === 'true')(facts);
      return isFailure(outcome) && minor < 25
        ? { waived: 'requires Kubernetes 1.25; before, it is an alpha feature and disabled by default' }
        : outcome;
    }),
  },
];

function checkHostnameOverride(flags: ReadonlyMap<string, string>, name: string): Outcome {
  const value = flags.get('hostname-override');
  if (value === undefined) return 'pass';
  return value === name
    ? { waived: "the node name must be the name in the kubelet's certificate, whatever the host name is" }
    : { failure: `\`--hostname-override\` is \`${value}\`` };
}

/** Checks a configuration field. A flag overrides it. @param unset outcome without a value; default a failure */
function checkSetting(name: string, flagName: string, isExpected: (value: unknown) => boolean, unset?: 'pass') {
  return (facts: HostFacts): BasicOutcome =>
    checkConfigFile('kubelet', 'kubelet', (content, { flags }): BasicOutcome => {
      const value = flags.get(flagName) ?? getField(content, name);
      if (value === undefined) return unset ?? { failure: `\`${name}\` is not set` };
      return isExpected(value)
        ? 'pass'
        : { failure: `\`${name}\` is \`${toList(value).length > 0 ? toList(value).join(', ') : value}\`` };
    })(facts);
}

function checkServingCertificates(content: unknown): Outcome {
  if (getField(content, 'featureGates', 'RotateKubeletServerCertificate') === false)
    return { failure: '`RotateKubeletServerCertificate` is disabled' };
  if (getField(content, 'serverTLSBootstrap') === true) return 'pass';
  return getField(content, 'tlsCertFile') === undefined
    ? { failure: 'the kubelet uses a self-signed serving certificate' }
    : {
        waived: 'serving certificates are issued by the cluster CA, so that no signing requests need approval',
      };
}
