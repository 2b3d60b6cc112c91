import type { Fault } from '../../store/events.ts';

export type Whose = 'yours' | 'ours' | 'googles' | 'machines';

const byKind: Readonly<Record<Fault['kind'], Whose>> = {
  transient: 'machines',
  conflict: 'yours',
  denied: 'yours',
  invalid: 'yours',
  cancelled: 'yours',
  postponed: 'machines',
  bug: 'ours',
};

/** Faults whose kind does not tell whose they are. */
const byCode: Readonly<Record<string, Whose>> = {
  'rate-limited': 'googles',
  'cloud-unavailable': 'googles',
  'outcome-unknown': 'googles',
  'not-ready': 'googles',
  'operation-slow': 'googles',
  'zone-exhausted': 'googles',
  'in-use': 'googles',
  'cloud-invalid': 'ours',
  'disk-full': 'machines',
  checksum: 'machines',
  'ssh-host-key': 'machines',
};

export function whose({ code, kind }: Pick<Fault, 'code' | 'kind'>): Whose {
  return byCode[code] ?? byKind[kind];
}

/** Where the cause is to be found, as a sentence. */
export const whoseWords: Readonly<Record<Whose, string>> = {
  yours: 'This is on your side: something in the project or in what was asked for.',
  ours: 'This is on our side: kthw did something wrong. Please report it.',
  googles: 'This is on Google’s side.',
  machines: 'This is on a machine or on the network in between.',
};
