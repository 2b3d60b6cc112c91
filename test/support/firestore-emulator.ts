import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const JAR = 'platform/cloud-firestore-emulator/cloud-firestore-emulator.jar';
const READY_WITHIN_MS = 60_000;

export interface FirestoreEmulator {
  /** Value for FIRESTORE_EMULATOR_HOST. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Finds Google's emulator and Java. Prints a visible warning if missing. */
export function findFirestoreEmulator(): string | undefined {
  const jar = sdkRoots()
    .map((root) => join(root, JAR))
    .find((path) => existsSync(path));
  if (jar !== undefined && succeeds('java', ['-version'])) return jar;
  const missing = jar === undefined ? "Google's Firestore emulator" : 'Java';
  const bar = '#'.repeat(100);
  console.warn(
    `\n${bar}\n#  SKIPPED: the Firestore store: ${missing} is not installed.\n` +
      `#  apt-get install google-cloud-cli-firestore-emulator default-jre-headless, then run the tests again.\n${bar}\n`,
  );
  return undefined;
}

/** Starts the emulator on a free local port and configures this process's Firestore clients for it. */
export async function startFirestoreEmulator(jar: string): Promise<FirestoreEmulator> {
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const jvm = ['-Duser.language=en', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];
  const main = 'com.google.cloud.datastore.emulator.firestore.CloudFirestore';
  const java = spawn('java', [...jvm, '-cp', jar, main, 'start', '--host=127.0.0.1', `--port=${port}`], {
    stdio: 'ignore',
  });
  // Stop the emulator when the test run is killed.
  const end = (): boolean => java.kill('SIGKILL');
  process.once('exit', end);
  await ready(java, `http://${host}/`);
  process.env.FIRESTORE_EMULATOR_HOST = host;
  // Otherwise the client searches for Google's metadata server, which takes a second outside Google Cloud.
  process.env.METADATA_SERVER_DETECTION = 'none';
  return {
    host,
    async stop() {
      process.off('exit', end);
      const exited = new Promise((resolve) => java.once('exit', resolve));
      if (java.exitCode === null && end()) await exited;
    },
  };
}

async function ready(java: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && java.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(50);
  }
  java.kill('SIGKILL');
  throw new Error(
    `cannot start the Firestore emulator: no response from ${url}; run the command manually to see its output`,
  );
}

function sdkRoots(): string[] {
  const usual = ['/usr/lib/google-cloud-sdk', '/usr/share/google-cloud-sdk', '/opt/google-cloud-sdk'];
  if (usual.some((root) => existsSync(join(root, JAR)))) return usual;
  try {
    const args = ['info', '--format=value(installation.sdk_root)'];
    return [execFileSync('gcloud', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()];
  } catch {
    return [];
  }
}

function succeeds(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
