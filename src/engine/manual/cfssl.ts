import { authorityLifetimeHours, certificateLifetimeHours } from '../pki/certificate-authority.ts';
import type { WantedCertificate } from '../pki/certificate-specs.ts';
import { subjectPlace, subjectUnit } from '../pki/sign-certificate.ts';
import { command, hereDocument, quoted } from './shell.ts';

const key = { algo: 'rsa', size: 2048 };

/** An authority and the profile that it signs by, as the tutorial makes them. Pure. https://github.com/cloudflare/cfssl */
export function cfsslAuthority(
  subject: Pick<WantedCertificate, 'commonName' | 'organization'>,
  of?: WantedCertificate['signedBy'],
): string {
  const file = fileOf(of);
  const expiry = `${certificateLifetimeHours}h`;
  const profile = (...usages: string[]) => ({ usages: ['signing', 'key encipherment', ...usages], expiry });
  const profiles = { kubernetes: profile('server auth', 'client auth'), client: profile('client auth') };
  const config = { signing: { default: { expiry }, profiles } };
  const request = { ...requestOf(subject), ca: { expiry: `${authorityLifetimeHours}h` } };
  return [
    hereDocument('cat > ca-config.json', json(config)),
    hereDocument(`cat > ${file}-csr.json`, json(request)),
    `cfssl gencert -initca ${file}-csr.json | cfssljson -bare ${file}`,
  ].join('\n');
}

/** One certificate. Pure. */
export function cfsslCertificate(wanted: WantedCertificate): string {
  const { name, hosts, signedBy, uses } = wanted;
  const file = fileOf(signedBy);
  const request = quoted(`${name}-csr.json`);
  const parts = [
    'cfssl gencert',
    `-ca=${file}.pem`,
    `-ca-key=${file}-key.pem`,
    '-config=ca-config.json',
    ...(hosts.length > 0 ? [`-hostname=${hosts.join()}`] : []),
    `-profile=${uses?.join() === 'client' ? 'client' : 'kubernetes'}`,
    request,
  ];
  const sign = `${parts.join(' \\\n  ')} | ${command(['cfssljson', '-bare', name])}`;
  return [hereDocument(`cat > ${request}`, json(requestOf(wanted))), sign].join('\n');
}

/** Begins the names of an authority's files. */
function fileOf(authority: WantedCertificate['signedBy']): string {
  return authority === undefined ? 'ca' : `${authority}-ca`;
}

function requestOf({ commonName, organization }: Pick<WantedCertificate, 'commonName' | 'organization'>) {
  const [first, ...others] = [organization].flat();
  const names = [{ ...subjectPlace, O: first, OU: subjectUnit }, ...others.map((O) => ({ O }))];
  return { CN: commonName, key, names };
}

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}
