import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from './find-free-port.ts';
import type { StackOptions } from './stack.ts';

export interface StackAddresses {
  readonly mirrorPort: number;
  readonly computePort: number;
  readonly botPort: number;
  readonly workspacePort: number;
  readonly addressBlock: number;
}

export const mirrorHost = '127.64.0.1';

/** Chooses free ports. A stack that keeps its state gets the same ones at each start: nodes store the mirror's URL. */
export async function assignAddresses(
  stateDir: string,
  { keepsState = false, workspacePort, addressBlock }: StackOptions,
): Promise<StackAddresses> {
  const file = join(stateDir, 'addresses.json');
  const requested = { ...(workspacePort && { workspacePort }), ...(addressBlock && { addressBlock }) };
  if (keepsState && existsSync(file))
    return { ...(JSON.parse(await readFile(file, 'utf8')) as StackAddresses), ...requested };
  const addresses = {
    mirrorPort: await findFreePort(mirrorHost),
    computePort: await findFreePort('127.0.0.1'),
    botPort: await findFreePort('127.0.0.1'),
    workspacePort: workspacePort ?? (await findFreePort('127.0.0.1')),
    addressBlock: addressBlock ?? 65 + (process.pid % 120),
  };
  await writeFile(file, JSON.stringify(addresses));
  return addresses;
}
