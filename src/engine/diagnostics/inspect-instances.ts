import type { Machine } from '../cluster/cluster.ts';
import { hostKeys } from '../cluster/outputs.ts';
import type { MachineType } from '../gcp/compute/compute-client.ts';
import type { Host } from '../ssh/ssh-client.ts';
import { hostAt } from '../steps/host-step.ts';
import { faultOf, KthwError } from '../workflow/errors.ts';
import type { Context } from '../workflow/step.ts';
import { diagnose, type Patient, type Verdict } from './diagnose.ts';
import { takeReadings } from './host-metrics.ts';

/** Longest that one machine is waited for, where nobody says otherwise. */
const usualMs = 15_000;

/** What is taken from each machine. */
type Take = (
  host: Host,
  call: { readonly deadlineMs: number; readonly signal: AbortSignal },
) => Promise<Pick<Patient, 'readings' | 'facts'>>;

/** What of a context a look at machines needs. */
export type Tools = Pick<Context, 'cluster' | 'cloud' | 'remote' | 'vault' | 'signal' | 'knows'>;

/**
 * Looks at machines side by side, for up to `deadlineMs` (15 s), where the cloud says that they are now: a machine that was stopped and
 * started has another address than steps have found. One that can't be looked at is a finding.
 * @throws KthwError `cancelled` when the signal says so, and nothing else of the catalogue
 */
export async function examine(
  c: Tools,
  machines: readonly Machine[],
  deadlineMs = usualMs,
  take: Take = async (host, call) => ({ readings: await takeReadings(host, call) }),
): Promise<Verdict & { patients: Patient[] }> {
  const types = new Map<string, Promise<MachineType | undefined>>();
  const patients = await Promise.all(machines.map((machine) => lookAt(c, machine, types, { deadlineMs, take })));
  return { patients, ...diagnose(patients) };
}

async function lookAt(
  c: Tools,
  machine: Machine,
  types: Map<string, Promise<MachineType | undefined>>,
  { deadlineMs, take }: { readonly deadlineMs: number; readonly take: Take },
): Promise<Patient> {
  const { cluster, cloud } = c;
  const { name, role } = machine;
  const signal = AbortSignal.any([c.signal, AbortSignal.timeout(deadlineMs)]);
  let seen: Patient = { name, role };
  try {
    const found = await cloud.instances.get({ name, zone: cluster.zone, region: cluster.region }, signal);
    if (!found) return { ...seen, found: 'none', trouble: 'there is no such machine' };
    const { status, externalAddress } = found;
    seen = { ...seen, found: { status, ...(externalAddress ? { externalAddress } : {}) } };
    const looking = types.get(found.machineType) ?? cloud.machineType({ ...found, name: found.machineType }, signal);
    types.set(found.machineType, looking);
    const facts = await looking;
    if (facts) seen = { ...seen, type: { name: found.machineType, ...facts } };
    if (status !== 'RUNNING' || !externalAddress) return { ...seen, trouble: `it is ${status}` };
    const keys = c.knows(hostKeys(machine)) ?? (await cloud.hostKeys({ name, zone: cluster.zone }, signal));
    const host = await hostAt(c, machine, { address: externalAddress, hostKeys: keys });
    return { ...seen, ...(await take(host, { deadlineMs, signal })) };
  } catch (error) {
    if (c.signal.aborted) throw new KthwError('cancelled', {});
    const late = signal.aborted
      ? new KthwError('deadline', { host: name, doing: 'looking at it', seconds: deadlineMs / 1_000 })
      : error;
    return { ...seen, trouble: faultOf(late, `looking at ${name}`).message };
  }
}
