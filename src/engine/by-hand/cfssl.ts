import { authorityLifetimeHours, certificateLifetimeHours } from '../pki/authority.ts';
import { subjectPlace, subjectUnit } from '../pki/sign-certificate.ts';
import type { WantedCertificate } from '../pki/wanted.ts';
import { command, hereDocument, quoted } from './shell.ts';

const key = { algo: 'rsa', size: 2048 };

/** An authority and the profile that it signs by, as the tutorial makes them. Pure. https://github.com/cloudflare/cfssl */
export function cfsslAuthority(subject: Pick<WantedCertificate, 'commonName' | 'organization'>): string {
  const usages = ['signing', 'key encipherment', 'server auth', 'client auth'];
  const expiry = `${certificateLifetimeHours}h`;
  const config = { signing: { default: { expiry }, profiles: { kubernetes: { usages, expiry } } } };
  const request = { ...requestOf(subject), ca: { expiry: `${authorityLifetimeHours}h` } };
  return [
    hereDocument('cat > ca-config.json', json(config)),
    hereDocument('cat > ca-csr.json', json(request)),
    'cfssl gencert -initca ca-csr.json | cfssljson -bare ca',
  ].join('\n');
}

/** One certificate. Pure. */
export function cfsslCertificate(wanted: WantedCertificate): string {
  const { name, hosts } = wanted;
  const request = quoted(`${name}-csr.json`);
  const parts = [
    'cfssl gencert',
    '-ca=ca.pem',
    '-ca-key=ca-key.pem',
    '-config=ca-config.json',
    ...(hosts.length > 0 ? [`-hostname=${hosts.join()}`] : []),
    '-profile=kubernetes',
    request,
  ];
  const sign = `${parts.join(' \\\n  ')} | ${command(['cfssljson', '-bare', name])}`;
  return [hereDocument(`cat > ${request}`, json(requestOf(wanted))), sign].join('\n');
}

function requestOf({ commonName, organization }: Pick<WantedCertificate, 'commonName' | 'organization'>) {
  const [first, ...others] = [organization].flat();
  const names = [{ ...subjectPlace, O: first, OU: subjectUnit }, ...others.map((O) => ({ O }))];
  return { CN: commonName, key, names };
}

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}
