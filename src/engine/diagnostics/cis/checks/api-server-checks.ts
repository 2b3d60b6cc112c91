import type { Item, Plain, Saw } from '../check.ts';
import { field, flag, list, of, onControllers, text, worst } from '../check-helpers.ts';
import { areStrong } from '../strong-ciphers.ts';

const service = 'kube-apiserver';
const inUnit = `in kube-apiserver.service on each controller, and restart it`;

/** Flags of API servers. */
export const apiServer: readonly Item[] = [
  {
    number: '1.2.1',
    title: 'nobody unknown may ask the API server',
    automated: false,
    remedy: `set \`--anonymous-auth=false\` ${inUnit}`,
    look: onControllers(flag(service, 'anonymous-auth', 'false')),
  },
  {
    number: '1.2.3',
    title: 'services claim no addresses outside the cluster',
    automated: false,
    remedy: `add \`DenyServiceExternalIPs\` to \`--enable-admission-plugins\` ${inUnit}`,
    look: onControllers((facts, minor): Saw => {
      const saw = plugin('DenyServiceExternalIPs')(facts);
      return isWrong(saw) && minor < 21 ? { excepted: 'the plug-in `DenyServiceExternalIPs` came with 1.21' } : saw;
    }),
  },
  {
    number: '1.2.9',
    title: 'nobody floods the API server with events',
    automated: false,
    remedy: `add \`EventRateLimit\` to \`--enable-admission-plugins\`, with limits in \`--admission-control-config-file\`, ${inUnit}`,
    look: onControllers((facts) =>
      worst([
        plugin('EventRateLimit')(facts),
        text(service, 'admission', (content): Plain => {
          const names = list(field(content, 'plugins')).map((one) => field(one, 'name'));
          return names.includes('EventRateLimit') ? 'right' : { wrong: 'no limits are set for `EventRateLimit`' };
        })(facts),
      ]),
    ),
  },
  {
    number: '1.2.11',
    title: 'images are pulled for each pod',
    automated: false,
    remedy: `add \`AlwaysPullImages\` to \`--enable-admission-plugins\` ${inUnit}`,
    look: onControllers((facts): Saw => {
      const saw = plugin('AlwaysPullImages')(facts);
      return isWrong(saw) ? { excepted: 'with `AlwaysPullImages` no pod could start while its registry is away' } : saw;
    }),
  },
  {
    number: '1.2.15',
    title: "the API server's profiler is off",
    automated: true,
    remedy: `set \`--profiling=false\` ${inUnit}`,
    look: onControllers(flag(service, 'profiling', 'false')),
  },
  {
    number: '1.2.18',
    title: 'ten old audit logs are kept',
    automated: true,
    remedy: `set \`--audit-log-maxbackup=10\` ${inUnit}`,
    look: onControllers(flag(service, 'audit-log-maxbackup', (value) => Number(value) >= 10)),
  },
  {
    number: '1.2.29',
    title: 'the API server takes strong ciphers only',
    automated: false,
    remedy: `name strong ones in \`--tls-cipher-suites\` ${inUnit}`,
    look: onControllers(flag(service, 'tls-cipher-suites', (value) => areStrong(value.split(',')))),
  },
  {
    number: '1.2.30',
    title: 'tokens of service accounts end when they say',
    automated: true,
    remedy: `set \`--service-account-extend-token-expiration=false\` ${inUnit}`,
    look: onControllers(flag(service, 'service-account-extend-token-expiration', 'false')),
  },
];

/** An admission plug-in that is on. */
function plugin(name: string) {
  return of(service, ({ flags }): Plain => {
    const [on, off] = ['enable', 'disable'].map((how) => flags.get(`${how}-admission-plugins`)?.split(',') ?? []);
    if (off?.includes(name)) return { wrong: `\`${name}\` is switched off` };
    return on?.includes(name) ? 'right' : { wrong: `\`${name}\` is not among the admission plug-ins` };
  });
}

function isWrong(saw: Saw): saw is { readonly wrong: string } {
  return typeof saw === 'object' && 'wrong' in saw;
}
