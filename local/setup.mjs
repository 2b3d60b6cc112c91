// Runs on any Node version without dependencies: installs the npm packages, then runs the script with the Node version
// from node_modules.
// Usage: node local/setup.mjs SCRIPT [ARGUMENTS]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, 'node_modules/node/bin/node');
const stamp = join(root, 'node_modules/.kthw-installed');
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGKILL: 137, SIGTERM: 143 };

/** Packages whose install scripts may run: .npmrc disables all others, also for npm versions without `allowScripts`. */
function listAllowedScripts() {
  const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.keys(allowScripts).filter((name) => allowScripts[name]);
}

function computeLockDigest() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

let child;
let stopSignal;

function stop(signal) {
  stopSignal = signal;
  child?.kill(signal);
}

/** Runs a program and forwards signals to it. Resolves with its exit code. */
function run(program, args, stdio) {
  return new Promise((resolve) => {
    child = spawn(program, args, { cwd: root, stdio });
    child.on('error', ({ message }) => {
      console.error(`setup: cannot run ${program}: ${message}`);
      resolve(1);
    });
    child.on('exit', (code, signal) => resolve(code ?? exitCodes[signal] ?? 1));
  });
}

async function runNpm(command, ...args) {
  const flags = ['--no-audit', '--no-fund', '--loglevel=error'];
  const code = await run('npm', [command, ...args, ...flags], ['ignore', 'inherit', 'inherit']);
  if (stopSignal) process.exit(exitCodes[stopSignal]);
  if (code === 0) return;
  console.error(`setup: npm ${command} failed (exit status ${code}); see the output above`);
  process.exit(1);
}

async function install() {
  if (existsSync(stamp) && existsSync(node) && readFileSync(stamp, 'utf8') === computeLockDigest()) return;
  console.error('setup: installing npm packages');
  await runNpm('ci');
  await runNpm('rebuild', ...listAllowedScripts(), '--ignore-scripts=false');
  writeFileSync(stamp, computeLockDigest());
}

// Ctrl-C also reaches the child directly. Scripts accept repeated signals.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
// npm's shell can die without forwarding a signal.
const parent = process.ppid;
setInterval(() => process.ppid === parent || stop('SIGTERM'), 1_000).unref();

await install();
process.exit(await run(node, process.argv.slice(2), 'inherit'));
