import { rm } from 'node:fs/promises';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cleanUp, cleanUpDeadEmulators } from '../../../../local/compute/machines/host/clean-up.ts';
import { computeEmulatorId } from '../../../../local/compute/machines/host/emulator-id.ts';
import { createHostResourceNames } from '../../../../local/compute/machines/host/host-resource-names.ts';
import { Cgroup } from '../../../../local/compute/machines/nspawn/cgroup.ts';
import { createNspawnMachineBackend } from '../../../../local/compute/machines/nspawn/nspawn-machine-backend.ts';
import { listOrphanedResources, stateFolder, whyNot } from './host.ts';
import { until } from './wait-until.ts';

const missing = await whyNot();
if (missing.length > 0) console.warn(`SKIPPED: cleanup: ${missing.join('; ')}`);

describe.skipIf(missing.length > 0)('after an emulator process was killed', () => {
  let stateDir: string;
  let owner: ReturnType<typeof start>;

  function start() {
    return execa(process.execPath, [`${import.meta.dirname}/crashing.ts`, stateDir], { reject: false });
  }

  beforeEach(async () => {
    stateDir = await stateFolder();
    owner = start();
    let output = '';
    owner.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await Promise.race([owner, until('a machine has booted', () => output.includes('booted'), 600_000)]);
    expect(output).toContain('booted');
  }, 600_000);

  afterEach(async () => {
    owner.kill('SIGKILL');
    await owner;
    await cleanUp(stateDir);
    await rm(stateDir, { recursive: true });
  }, 60_000);

  test('the watchdog removes its machines and other resources', async () => {
    await expect(cleanUp(stateDir)).rejects.toThrow('uses it');
    await expect(createNspawnMachineBackend({ stateDir, internet: [] })).rejects.toThrow('uses it');
    const { cgroup } = createHostResourceNames(computeEmulatorId(stateDir));
    expect(await new Cgroup(cgroup).listProcesses()).not.toEqual([]);
    owner.kill('SIGKILL');
    await owner;
    await until('nothing is left', async () => (await listOrphanedResources(stateDir)).length === 0);
  });

  test('the next cleanup removes everything if its watchdog was killed too', async () => {
    const guardian = await execa('pgrep', ['-f', `watchdog-main.ts ${stateDir}`]);
    process.kill(Number(guardian.stdout), 'SIGKILL');
    owner.kill('SIGKILL');
    await owner;
    expect(await listOrphanedResources(stateDir)).not.toEqual([]);
    expect(await cleanUpDeadEmulators()).toContain(stateDir);
    expect(await listOrphanedResources(stateDir)).toEqual([]);
  });

  test('a new emulator with this state directory starts empty', async () => {
    owner.kill('SIGKILL');
    await owner;
    const machines = await createNspawnMachineBackend({ stateDir, internet: [] });
    const { getMachineNamespace, getNetworkNamespace } = createHostResourceNames(computeEmulatorId(stateDir));
    const left = await listOrphanedResources(stateDir);
    expect(left).not.toContain(getMachineNamespace('one'));
    expect(left).not.toContain(getNetworkNamespace('demo'));
    await machines.close();
    expect(await listOrphanedResources(stateDir)).toEqual([]);
  });
});
