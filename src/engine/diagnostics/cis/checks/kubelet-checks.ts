import type { BasicOutcome, Check, Outcome } from '../check.ts';
import { checkConfigFile, type Facts, getField, inspectWorkers, toList } from '../check-helpers.ts';
import { hasOnlyStrongCiphers } from '../strong-ciphers.ts';

const inConfig = "in each kubelet's configuration, and restart it";

/** What kubelets are told. */
export const kubeletChecks: readonly Check[] = [
  {
    number: '4.2.8',
    title: 'kubelets report as many events as is meant',
    automated: false,
    remediation: `set \`eventRecordQPS\` ${inConfig}`,
    inspect: inspectWorkers(checkSetting('eventRecordQPS', 'event-qps', (value) => Number(value) >= 0)),
  },
  {
    number: '4.2.11',
    title: 'serving certificates of kubelets are renewed',
    automated: false,
    remediation: `set \`serverTLSBootstrap: true\` ${inConfig}; somebody must approve what it asks for`,
    inspect: inspectWorkers(checkConfigFile('kubelet', 'kubelet', checkServingCertificates)),
  },
  {
    number: '4.2.12',
    title: 'kubelets take strong ciphers only',
    automated: false,
    remediation: `name strong ones in \`tlsCipherSuites\` ${inConfig}`,
    inspect: inspectWorkers(
      checkSetting('tlsCipherSuites', 'tls-cipher-suites', (value) =>
        hasOnlyStrongCiphers(typeof value === 'string' ? value.split(',') : toList(value)),
      ),
    ),
  },
  {
    number: '4.2.13',
    title: 'a pod can have only so many processes',
    automated: false,
    remediation: `set \`podPidsLimit\` ${inConfig}`,
    inspect: inspectWorkers(checkSetting('podPidsLimit', 'pod-max-pids', (value) => Number(value) > 0)),
  },
  {
    number: '4.2.14',
    title: 'pods get a filter of system calls',
    automated: false,
    remediation: `set \`seccompDefault: true\` ${inConfig}`,
    inspect: inspectWorkers((facts, minor): Outcome => {
      const outcome = checkSetting('seccompDefault', 'seccomp-default', (value) => String(value) === 'true')(facts);
      const isFailure = typeof outcome === 'object' && 'failure' in outcome;
      return isFailure && minor < 25 ? { waived: 'before 1.25 it is an alpha feature, off by default' } : outcome;
    }),
  },
];

/** A field of the configuration; a flag counts for more. */
function checkSetting(name: string, flagName: string, isExpected: (value: unknown) => boolean) {
  return (facts: Facts): BasicOutcome =>
    checkConfigFile('kubelet', 'kubelet', (content, { flags }): BasicOutcome => {
      const value = flags.get(flagName) ?? getField(content, name);
      if (value === undefined) return { failure: `\`${name}\` is not set` };
      return isExpected(value)
        ? 'right'
        : { failure: `\`${name}\` is \`${toList(value).length > 0 ? toList(value).join(', ') : value}\`` };
    })(facts);
}

function checkServingCertificates(content: unknown): Outcome {
  if (getField(content, 'featureGates', 'RotateKubeletServerCertificate') === false)
    return { failure: '`RotateKubeletServerCertificate` is switched off' };
  if (getField(content, 'serverTLSBootstrap') === true) return 'right';
  return getField(content, 'tlsCertFile') === undefined
    ? { failure: 'the kubelet signs its serving certificate itself' }
    : {
        waived:
          "serving certificates are signed by the cluster's authority in the vault, so that nobody has to approve them",
      };
}
