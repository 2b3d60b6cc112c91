import type { StepError } from '../../store/step-error.ts';

export type ErrorOrigin = 'yours' | 'ours' | 'googles' | 'machines';

const originByKind: Readonly<Record<StepError['kind'], ErrorOrigin>> = {
  transient: 'machines',
  conflict: 'yours',
  denied: 'yours',
  invalid: 'yours',
  cancelled: 'yours',
  deferred: 'machines',
  bug: 'ours',
};

/** Faults whose kind does not tell whose they are. */
const originByCode: Readonly<Record<string, ErrorOrigin>> = {
  'rate-limited': 'googles',
  'cloud-unavailable': 'googles',
  'outcome-unknown': 'googles',
  'not-ready': 'googles',
  'operation-slow': 'googles',
  'zone-exhausted': 'googles',
  'in-use': 'googles',
  'disk-full': 'machines',
  checksum: 'machines',
  'ssh-host-key': 'machines',
};

export function getErrorOrigin({ code, kind }: Pick<StepError, 'code' | 'kind'>): ErrorOrigin {
  return originByCode[code] ?? originByKind[kind];
}

/** Where the cause is to be found, as a sentence. */
export const errorOriginTexts: Readonly<Record<ErrorOrigin, string>> = {
  yours: 'This is on your side: something in the project or in what was asked for.',
  ours: 'This is on our side: kthw did something wrong. Please report it.',
  googles: 'This is on Google’s side.',
  machines: 'This is on a machine or on the network in between.',
};
