import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findDebianMirror } from '../../compute/machines/guest/apt-sources.ts';
import { renderAptConfiguration, renderSources } from './render-apt.ts';
import { runChild } from './run-child.ts';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Timeout of one download: 60 MB over a slow connection. */
const downloadTimeoutMs = 20 * 60_000;
/** Placeholders of dpkg-query(1). */
// biome-ignore lint/suspicious/noTemplateCurlyInString: not JavaScript's
const showFormat = '--showformat=${Package} ${Version}';
const unpackTimeoutMs = 5 * 60_000;

/**
 * Packages of one Debian suite, whatever suite the host runs. Uses apt with separate lists, configuration and state in
 * `folder`; reads the host's apt settings only to find its mirror. Callers must not run apt calls concurrently, because
 * apt locks its lists.
 */
export class DebianSuite {
  readonly #folder: string;
  readonly #suite: string;
  readonly #signal: AbortSignal;
  #ready: Promise<void> | undefined;

  constructor(folder: string, suite: string, signal: AbortSignal) {
    this.#folder = folder;
    this.#suite = suite;
    this.#signal = signal;
  }

  /**
   * Downloads packages, unpacks them into one tree and returns its path.
   * @throws Error when a version does not start as `expected`, or apt fails
   */
  async unpack(expected: Readonly<Record<string, string>>, into: string): Promise<void> {
    await this.#prepare();
    const debs = join(into, 'debs');
    await mkdir(debs, { recursive: true });
    await this.#runApt(['download', ...Object.keys(expected)], debs);
    for (const name of await readdir(debs)) {
      const deb = join(debs, name);
      const [found = '', version = ''] = (await this.#runCommand('dpkg-deb', ['--show', showFormat, deb])).split(' ');
      const upstream = version.replace(/^\d+:/, '');
      if (!upstream.startsWith(expected[found] ?? '')) {
        throw new Error(
          `cannot unpack "${found}": Debian ${this.#suite} has version ${version}, not ${expected[found]}`,
        );
      }
      await this.#runCommand('dpkg-deb', ['--extract', deb, into]);
    }
  }

  /** Downloads a source package and unpacks it, with Debian's patches, to `into`. */
  async unpackSource(name: string, into: string): Promise<void> {
    await this.#prepare();
    const folder = `${into}.download`;
    await mkdir(folder, { recursive: true });
    await this.#runApt(['source', '--download-only', name], folder);
    const description = (await readdir(folder)).find((file) => file.endsWith('.dsc'));
    if (description === undefined)
      throw new Error(`cannot unpack the source of "${name}": apt downloaded no .dsc file`);
    await this.#runCommand('dpkg-source', ['--no-check', '--extract', join(folder, description), into]);
  }

  /** Fetches the package lists, once. */
  #prepare(): Promise<void> {
    this.#ready ??= (async () => {
      for (const name of ['lists/partial', 'cache/archives/partial', 'state', 'empty']) {
        await mkdir(join(this.#folder, name), { recursive: true });
      }
      await writeFile(join(this.#folder, 'status'), '');
      const mirror = await findSystemMirror();
      const signedBy = existsSync(keyring) ? keyring : undefined;
      await writeFile(join(this.#folder, 'sources.list'), renderSources({ mirror, suite: this.#suite, signedBy }));
      await writeFile(join(this.#folder, 'apt.conf'), renderAptConfiguration(this.#folder));
      await this.#runApt(['update'], this.#folder);
    })();
    return this.#ready;
  }

  async #runApt(args: readonly string[], cwd: string): Promise<void> {
    await runChild('apt-get', [`--config-file=${join(this.#folder, 'apt.conf')}`, '--quiet', ...args], {
      cwd,
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      signal: this.#signal,
      deadlineMs: downloadTimeoutMs,
    });
  }

  #runCommand(file: string, args: readonly string[]): Promise<string> {
    return runChild(file, args, { signal: this.#signal, deadlineMs: unpackTimeoutMs });
  }
}

async function findSystemMirror(): Promise<string> {
  const folder = '/etc/apt/sources.list.d';
  const names = await readdir(folder).catch(() => []);
  const files = [
    '/etc/apt/sources.list',
    ...names
      .filter((name) => /\.(list|sources)$/.test(name))
      .sort()
      .map((name) => join(folder, name)),
  ];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const mirror = process.env.KTHW_DEBIAN_MIRROR ?? findDebianMirror(texts);
  if (mirror === undefined)
    throw new Error(
      'cannot find packages: no Debian mirror in the apt sources; set KTHW_DEBIAN_MIRROR to a mirror URL',
    );
  return mirror;
}
