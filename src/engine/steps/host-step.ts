import { createHash } from 'node:crypto';
import { Secret } from '../../store/vault/secret.ts';
import type { Machine } from '../cluster/cluster.ts';
import { externalAddress, hostKeys } from '../cluster/outputs.ts';
import { sshKeyOf } from '../cluster/vault-paths.ts';
import { onMachine } from '../manual/host-commands.ts';
import { isDiskFull } from '../ssh/file-transfer.ts';
import { failureText } from '../ssh/format-failure.ts';
import type { Host, HostFile, Part, RunResult, Target } from '../ssh/ssh-client.ts';
import { KthwError } from '../workflow/errors.ts';
import {
  type ByHand,
  type Context,
  type Known,
  type Observed,
  type Rendering,
  type Step,
  saw,
} from '../workflow/step.ts';

interface MachineStep {
  readonly key: string;
  readonly title: string;
  readonly machine: Machine;
  readonly after?: readonly string[];
  /** Files that must be there, whole and as rendered. */
  readonly files?: (c: Rendering) => Promise<readonly HostFile[]> | readonly HostFile[];
  /** Shell that ends with 0 when all is as it should be, 1 when not yet; looked at once the files are there. */
  readonly check?: (c: Rendering) => string;
  /** Shell that makes it so; run after the files were written. Can be run again. */
  readonly make?: (c: Rendering) => string;
  /** What a person would type instead of `make` and `check`, where those are written for a machine to run. */
  readonly byHand?: (c: ByHand) => { readonly make?: string; readonly check?: string };
  /** Shell that undoes it, for when it is to be made again on the same machine; its files go as well. */
  readonly undo?: string;
  /** What is known once it is there. */
  readonly facts?: readonly Known[];
  /** Rules a code that `make` may exit with into what it means. */
  readonly means?: (result: RunResult) => KthwError | undefined;
  /** Longest that `make` may take. @default 120_000 */
  readonly deadlineMs?: number;
}

/** The user that Compute Engine's guest agent makes of the ssh key in a machine's metadata. */
export const sshUser = 'kthw';

/**
 * Digests of all that was ever written by us, so that a file that somebody else changed is told from one that an older
 * release wrote: the first is a conflict, the second is written anew.
 */
const ledger = '/var/lib/kthw/written';

const lookAtFiles = `while read -r want path; do
  if [ ! -e "$path" ]; then echo "absent $path"; continue; fi
  have=$(sha256sum < "$path"); have=\${have%% *}
  if [ "$have" = "$want" ]; then continue; fi
  if grep -qsxF "$have $path" ${ledger}; then echo "absent $path"; else echo "different $path $have"; fi
done`;

/** A step on one machine: files and what must run. */
export function machineStep(wanted: MachineStep): Step {
  const { key, title, machine, after } = wanted;
  const deadlineMs = wanted.deadlineMs ?? 120_000;

  async function observe(c: Context): Promise<Observed> {
    const host = await hostOf(c, machine);
    const files = (await wanted.files?.(c)) ?? [];
    const { run, stdin } = look(c, files);
    const result = await host.run(run, { stdin, deadlineMs: 30_000, signal: c.signal, step: key });
    orThrow(result, machine, `looking at ${title}`);
    return seen(result, files);
  }

  /** One visit: the files first, and only when all are as rendered, whether it works. */
  function look(c: Context, files: readonly HostFile[]) {
    const check = wanted.check?.(c) ?? 'true';
    const run = `${lookAtFiles} > /run/kthw-look.$$; cat /run/kthw-look.$$
if [ -s /run/kthw-look.$$ ]; then rm -f /run/kthw-look.$$; exit 0; fi; rm -f /run/kthw-look.$$
if saw=$( ( ${check} ) 2>&1 ); then echo works; printf '%s' "\${saw:0:1000}"; fi`;
    return { run, stdin: files.map(ledgerLine).join('') };
  }

  function seen({ stdout }: RunResult, files: readonly HostFile[]): Observed {
    const lines = stdout.trim().split('\n');
    const different = lines.filter((line) => line.startsWith('different ')).map((line) => line.split(' '));
    if (different.length > 0) {
      const fields = different.map(([, path = '', have = '']) => {
        const want = files.find((f) => f.path === path);
        return {
          field: `${machine.name}:${path}`,
          wanted: want ? digest(want).slice(0, 12) : '',
          found: have.slice(0, 12),
        };
      });
      return { is: 'different', fields };
    }
    const [works, ...read] = lines;
    return works === 'works' ? saw(read.join('\n'), ...(wanted.facts ?? [])) : { is: 'absent' };
  }

  /** And the look after it, in the same visit. */
  async function apply(c: Context): Promise<Observed> {
    const host = await hostOf(c, machine);
    const files = (await wanted.files?.(c)) ?? [];
    const make = wanted.make?.(c);
    const note = { run: `mkdir -p /var/lib/kthw; umask 077; cat >> ${ledger}`, stdin: files.map(ledgerLine).join('') };
    const parts: Part[] = [
      ...(files.length > 0 ? [note, { write: files }] : []),
      // What it says is not what the look says.
      ...(make === undefined ? [] : [{ run: `{ ${make}\n} >&2` }]),
      look(c, files),
    ];
    const result = await host.visit(parts, { deadlineMs: deadlineMs + 60_000, signal: c.signal, step: key });
    const meant = result.exitCode === 0 ? undefined : wanted.means?.(result);
    if (meant) throw meant;
    orThrow(result, machine, title);
    return seen(result, files);
  }

  async function byHand(c: ByHand, walks: 'forward' | 'backward') {
    if (walks === 'backward') return wanted.undo === undefined ? [] : [{ on: machine.name, script: wanted.undo }];
    const { make, check } = wanted.byHand?.(c) ?? { make: wanted.make?.(c), check: wanted.check?.(c) };
    return onMachine({ machine: machine.name, files: (await wanted.files?.(c)) ?? [], make, check });
  }

  async function remove(c: Context): Promise<void> {
    const host = await hostOf(c, machine);
    const files = (await wanted.files?.(c)) ?? [];
    const script = `${wanted.undo ?? 'true'}\nwhile read -r path; do rm -f "$path"; done`;
    const stdin = files.map((file) => `${file.path}\n`).join('');
    orThrow(await host.run(script, { stdin, deadlineMs: 60_000, signal: c.signal }), machine, `taking down ${title}`);
  }

  /** Anything that a new start would stumble over, whether it works or not. */
  async function exists(c: Context): Promise<boolean> {
    const files = (await wanted.files?.(c)) ?? [];
    if (files.length === 0) return (await observe(c)).is !== 'absent';
    const host = await hostOf(c, machine);
    const script = 'while read -r path; do if [ -e "$path" ]; then echo there; fi; done';
    const stdin = files.map((file) => `${file.path}\n`).join('');
    const result = await host.run(script, { stdin, deadlineMs: 30_000, signal: c.signal });
    orThrow(result, machine, `looking at ${title}`);
    return result.stdout !== '';
  }

  // What is on a machine goes with the machine, so that it is taken down only where the machine stays.
  const within = `${machine.role}s/${machine.name}`;
  const step: Step = { key, title, ...(after ? { after } : {}), within, observe, apply, byHand };
  return wanted.undo !== undefined || wanted.files ? { ...step, exists, remove } : step;
}

/** The machine over ssh, with the host keys it was created with; no other is believed. */
export async function hostOf(
  c: Context,
  machine: Machine,
  keys: readonly string[] = c.know(hostKeys(machine)),
): Promise<Host> {
  return await hostAt(c, machine, { address: c.know(externalAddress(machine)), hostKeys: keys });
}

/** The same where it is now: a machine that was stopped and started has another address than steps have found. */
export async function hostAt(
  { remote, vault }: Pick<Context, 'remote' | 'vault'>,
  { name }: Machine,
  at: Pick<Target, 'address' | 'hostKeys'>,
): Promise<Host> {
  return remote.host({ name, ...at, user: sshUser, identity: (await sshKeyOf(vault)).privateKey });
}

/** @throws KthwError when the command failed */
export function orThrow(result: RunResult, machine: Machine, doing: string): void {
  if (result.exitCode === 0) return;
  if (isDiskFull(result)) throw new KthwError('disk-full', { host: machine.name, doing });
  const detail = failureText(result);
  throw new KthwError('command-failed', { host: machine.name, doing, exitCode: result.exitCode }, { detail });
}

function ledgerLine(file: HostFile): string {
  return `${digest(file)} ${file.path}\n`;
}

function digest({ content }: HostFile): string {
  return createHash('sha256')
    .update(content instanceof Secret ? content.bytes() : content)
    .digest('hex');
}
