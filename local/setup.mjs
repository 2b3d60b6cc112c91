// Runs on whatever Node the machine has, with nothing installed: brings the packages in, then hands over to the current
// Node among them. Usage: node local/setup.mjs SCRIPT [ARGUMENTS]
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
    console.error(`setup: npm ci did not work (${error?.message ?? `exit status ${status}`}); see its message above`);
    process.exit(1);
  }
  writeFileSync(stamp, computeLockDigest());
}

install();
const child = spawn(node, process.argv.slice(2), { cwd: root, stdio: 'inherit' });
// A Ctrl-C reaches the child by itself, since it belongs to the same terminal; waiting for it is all there is to do.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => signal === 'SIGINT' || child.kill(signal));
}
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
