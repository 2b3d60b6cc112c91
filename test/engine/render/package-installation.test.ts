import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createNspawnMachineBackend,
  type NspawnMachineBackend,
} from '../../../local/compute/machines/nspawn/nspawn-machine-backend.ts';
import { renderPackageCheck, renderPackageInstallation } from '../../../src/engine/render/package-installation.ts';
import { stateFolder, whyNot } from '../../local/compute/machines/host.ts';
import { Shell } from '../../local/compute/machines/shell.ts';
import { addresses, firewallRule, machinePlan } from '../../local/compute/machines/test-environment.ts';

const missing = await whyNot();
if (missing.length > 0) console.warn(`SKIPPED: apt packages on a machine: ${missing.join('; ')}`);
const address = addresses()(60);
const packages = ['kthw-first', 'kthw-second'];
const install = renderPackageInstallation(packages);
const check = renderPackageCheck(packages);

/** Two packages that take half a second to unpack and half a second to configure, in a repository of files. */
const buildRepository = `mkdir -p /repo && cd /repo
for name in ${packages.join(' ')}; do
  mkdir -p $name/DEBIAN
  printf 'Package: %s\\nVersion: 1\\nArchitecture: all\\nMaintainer: test\\nDescription: test\\n' $name > $name/DEBIAN/control
  for script in preinst postinst; do printf '#!/bin/sh\\nsleep 0.5\\n' > $name/DEBIAN/$script; chmod 755 $name/DEBIAN/$script; done
  dpkg-deb -b $name $name.deb >/dev/null
  { cat $name/DEBIAN/control; printf 'Filename: ./%s.deb\\nSize: %s\\nSHA256: %s\\n\\n' $name $(stat -c %s $name.deb) $(sha256sum $name.deb | cut -d' ' -f1); } >> Packages
done
rm -f /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:/repo ./' > /etc/apt/sources.list`;

/** Holds the lock of the package lists, which \`DPkg::Lock::Timeout\` does not cover, as apt-daily does. */
const holdListsLock = `mkdir -p /var/lib/apt/lists; systemd-run -q --collect --unit=holder perl -e 'use Fcntl; open(my $f, ">", "/var/lib/apt/lists/lock");
my $lock = pack("s s l! l! i", F_WRLCK, 0, 0, 0, 0); fcntl($f, F_SETLK, $lock) or die; sleep 4' && sleep 1`;

describe.skipIf(missing.length > 0)('the installation of packages', () => {
  let machines: NspawnMachineBackend;
  let stateDir: string;
  let shell: Shell;
  const runAsRoot = (script: string, by = shell) => by.run(`sudo bash -e <<'SCRIPT'\n${script}\nSCRIPT`);
  const isInstalled = async () => (await runAsRoot(check)) === '';

  beforeAll(async () => {
    stateDir = await stateFolder();
    machines = await createNspawnMachineBackend({ stateDir, internet: [], log: console.log });
    await machines.applyNetwork({
      name: 'demo',
      subnets: [{ name: 'nodes', range: '10.240.0.0/24' }],
      routes: [],
      firewall: [firewallRule('ssh', { sourceRanges: ['0.0.0.0/0'] })],
      externalAddresses: [{ kind: 'machine', address, target: 'one' }],
    });
    await machines.create(machinePlan('one', '10.240.0.10'));
    shell = await Shell.open(address);
    expect(await runAsRoot(buildRepository)).toBe('');
  }, 600_000);

  afterAll(async () => {
    shell?.close();
    await machines?.close();
    if (stateDir !== undefined) await rm(stateDir, { recursive: true });
  }, 60_000);

  test('is complete when the script ends', { timeout: 60_000 }, async () => {
    expect(await isInstalled()).toBe(false);
    expect(await runAsRoot(install)).toBe('');
    expect(await isInstalled()).toBe(true);
    // Nothing left to do.
    expect(await runAsRoot(install)).toBe('');
  });

  // Seconds after the start: while the lists are read, and while packages are unpacked.
  test.each([0.3, 1.6])(
    'continues without the SSH connection that ends after %s s',
    {
      timeout: 60_000,
    },
    async (seconds) => {
      await runAsRoot(`dpkg -P ${packages.join(' ')} >/dev/null 2>&1 || true`);
      const other = await Shell.open(address);
      void runAsRoot(install, other);
      await sleep(seconds * 1_000);
      other.close();
      expect(await isInstalled()).toBe(false);
      expect(await runAsRoot(install)).toBe('');
      expect(await isInstalled()).toBe(true);
    },
  );

  test.each([0.6, 1.1, 1.6, 2.1])(
    'repairs dpkg when it was killed after %s s',
    { timeout: 60_000 },
    async (seconds) => {
      await runAsRoot(`dpkg -P ${packages.join(' ')} >/dev/null 2>&1 || true`);
      const killed = runAsRoot(install, await Shell.open(address));
      await sleep(seconds * 1_000);
      await runAsRoot('pkill -9 -x dpkg; pkill -9 -x apt-get; true');
      await killed;
      expect(await runAsRoot(install)).toBe('');
      expect(await isInstalled()).toBe(true);
    },
  );

  test('waits for the lock of the package lists', { timeout: 60_000 }, async () => {
    await runAsRoot(`dpkg -P ${packages.join(' ')} >/dev/null 2>&1 || true`);
    expect(await runAsRoot(holdListsLock)).toBe('');
    expect(await runAsRoot('apt-get -q update 2>&1 || true')).toContain('Could not get lock');
    expect(await runAsRoot(install)).toBe('');
    expect(await isInstalled()).toBe(true);
  });

  test('fails with the last lines of apt when a package does not exist', { timeout: 60_000 }, async () => {
    const output = await runAsRoot(renderPackageInstallation(['kthw-missing']));
    expect(output).toContain('Unable to locate package kthw-missing');
    expect(output).toContain('exit code 100');
    expect(await runAsRoot(install)).toBe('');
  });

  test('does not accept an unpacked package as installed', async () => {
    await runAsRoot(`dpkg -P kthw-first >/dev/null 2>&1 || true; dpkg --unpack /repo/kthw-first.deb >/dev/null`);
    expect(await runAsRoot('dpkg -s kthw-first | grep Status')).toContain('install ok unpacked');
    expect(await isInstalled()).toBe(false);
    expect(await runAsRoot(install)).toBe('');
    expect(await isInstalled()).toBe(true);
  });
});
