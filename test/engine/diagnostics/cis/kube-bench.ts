import { getField } from '../../../../src/engine/diagnostics/cis/get-field.ts';
import type { ConfigFileName, HostFacts } from '../../../../src/engine/diagnostics/cis/host-facts.ts';
import benchmark from './kube-bench-cis-1.12.json' with { type: 'json' };

/** A test of kube-bench: a flag, or a field of the configuration file, and what is expected of its value. */
interface KubeBenchTest {
  readonly flag: string;
  readonly path?: string;
  /** False: neither the flag nor the field is set. */
  readonly set?: boolean;
  readonly op?: string;
  readonly value?: string;
}
export interface KubeBenchItem {
  readonly id: string;
  readonly automated: boolean;
  readonly all?: readonly KubeBenchTest[];
  readonly any?: readonly KubeBenchTest[];
  /** Of items about a file. */
  readonly mode?: string;
  readonly owner?: string;
}

/** The items of kube-bench's cis-1.12, with the tests of flags, configuration fields, file modes and file owners. */
export const kubeBenchItems: readonly KubeBenchItem[] = benchmark.items;

const services: readonly (readonly [section: string, service: string, config?: ConfigFileName])[] = [
  ['1.2.', 'kube-apiserver'],
  ['1.3.', 'kube-controller-manager'],
  ['1.4.', 'kube-scheduler'],
  ['2.', 'etcd'],
  ['3.2.', 'kube-apiserver'],
  ['4.2.', 'kubelet', 'kubelet'],
];

/** Evaluates an item about flags as kube-bench does. @returns undefined if the item has other tests or no service runs */
export function evaluateKubeBenchItem({ id, all, any }: KubeBenchItem, facts: HostFacts): 'pass' | 'fail' | undefined {
  const [, service = '', configName] = services.find(([section]) => id.startsWith(section)) ?? [];
  const process = facts.processes.get(service);
  if (process === undefined || (all ?? any) === undefined) return undefined;
  const config = configName && facts.configFiles.get(configName)?.content;
  const isPassed = (test: KubeBenchTest) => {
    const field = test.path === undefined ? undefined : getField(config, ...test.path.split('.'));
    const value = process.flags.get(test.flag) ?? (field === undefined ? undefined : String(field));
    if (test.set === false) return value === undefined;
    return value !== undefined && (test.op === undefined || compare(value, test.op, test.value ?? ''));
  };
  return (all?.every(isPassed) ?? any?.some(isPassed)) ? 'pass' : 'fail';
}

/** kube-bench's comparisons. */
function compare(value: string, op: string, expected: string): boolean {
  switch (op) {
    case 'eq':
      return value === expected;
    case 'noteq':
      return value !== expected;
    case 'has':
      return value.includes(expected);
    case 'nothave':
      return !value.includes(expected);
    case 'gte':
      return Number(value) >= Number(expected);
    case 'valid_elements':
      return value.split(',').every((element) => expected.split(',').includes(element));
    default:
      throw new Error(`unknown comparison "${op}"`);
  }
}
