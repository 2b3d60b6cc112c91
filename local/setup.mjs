// Runs on any Node version without dependencies: installs the npm packages, then runs the script with the Node version
// from node_modules.
// Usage: node local/setup.mjs SCRIPT [ARGUMENTS]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, 'node_modules/node/bin/node');
const stamp = join(root, 'node_modules/.kthw-installed');

function computeLockDigest() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function install() {
  if (existsSync(stamp) && existsSync(node) && readFileSync(stamp, 'utf8') === computeLockDigest()) return;
  console.error('setup: installing npm packages');
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) {
    console.error(`setup: npm ci failed (${error?.message ?? `exit status ${status}`}); see the output above`);
    process.exit(1);
  }
  writeFileSync(stamp, computeLockDigest());
}

install();
const child = spawn(node, process.argv.slice(2), { cwd: root, stdio: 'inherit' });
// The terminal sends Ctrl-C to the child too, so only wait for it to exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => signal === 'SIGINT' || child.kill(signal));
}
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
