import { rm } from 'node:fs/promises';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sweep, sweepAll } from '../../../../local/compute/machines/host/clean-up.ts';
import { tagOf } from '../../../../local/compute/machines/host/emulator-id.ts';
import { namesOf } from '../../../../local/compute/machines/host/host-resource-names.ts';
import { Cgroup } from '../../../../local/compute/machines/nspawn/cgroup.ts';
import { openNspawnMachines } from '../../../../local/compute/machines/nspawn/nspawn-machine-backend.ts';
import { leftovers, stateFolder, whyNot } from './host.ts';
import { until } from './wait-until.ts';

const missing = await whyNot();
if (missing.length > 0) console.warn(`NOT TESTED: sweeping, because ${missing.join('; ')}`);

describe.skipIf(missing.length > 0)('after a process that was killed', () => {
  let stateDir: string;
  let owner: ReturnType<typeof start>;

  function start() {
    return execa(process.execPath, [`${import.meta.dirname}/crashing.ts`, stateDir], { reject: false });
  }

  beforeEach(async () => {
    stateDir = await stateFolder();
    owner = start();
    let said = '';
    owner.stdout.on('data', (chunk) => {
      said += chunk;
    });
    await Promise.race([owner, until('a machine has booted', () => said.includes('booted'), 600_000)]);
    expect(said).toContain('booted');
  }, 600_000);

  afterEach(async () => {
    owner.kill('SIGKILL');
    await owner;
    await sweep(stateDir);
    await rm(stateDir, { recursive: true });
  }, 60_000);

  test('its machines and all else are removed within moments', async () => {
    await expect(sweep(stateDir)).rejects.toThrow('uses it');
    await expect(openNspawnMachines({ stateDir, internet: [] })).rejects.toThrow('uses it');
    const { group } = namesOf(tagOf(stateDir));
    expect(await new Cgroup(group).processes()).not.toEqual([]);
    owner.kill('SIGKILL');
    await owner;
    await until('nothing is left', async () => (await leftovers(stateDir)).length === 0);
  });

  test('and a guardian killed as well, the next sweep of all removes it', async () => {
    const guardian = await execa('pgrep', ['-f', `watchdog-main.ts ${stateDir}`]);
    process.kill(Number(guardian.stdout), 'SIGKILL');
    owner.kill('SIGKILL');
    await owner;
    expect(await leftovers(stateDir)).not.toEqual([]);
    expect(await sweepAll()).toContain(stateDir);
    expect(await leftovers(stateDir)).toEqual([]);
  });

  test('opening the same state folder again starts from nothing', async () => {
    owner.kill('SIGKILL');
    await owner;
    const machines = await openNspawnMachines({ stateDir, internet: [] });
    const { machineNamespace, networkNamespace } = namesOf(tagOf(stateDir));
    const left = await leftovers(stateDir);
    expect(left).not.toContain(machineNamespace('one'));
    expect(left).not.toContain(networkNamespace('demo'));
    await machines.close();
    expect(await leftovers(stateDir)).toEqual([]);
  });
});
