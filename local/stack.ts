import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanUp } from './compute/machines/host/clean-up.ts';
import { getStateFilePath } from './compute/machines/host/state-file-path.ts';
import { getMirrorCacheDir } from './mirror/cache-dir.ts';
import { formatDigestList } from './mirror/format-digest-list.ts';
import { ensurePrivateFolder } from './private-folder.ts';
import { readBotCommand } from './read-bot-command.ts';
import { type Service, startService } from './service.ts';
import { assignAddresses, mirrorHost } from './stack-addresses.ts';
import { createStackSecrets, type StackSecrets } from './stack-secrets.ts';

export interface StackOptions {
  /** Directory for logs, database, key file and machines. */
  readonly stateDir: string;
  /** Continue from the state in the directory, and keep it for the next start. By default the directory is cleared. */
  readonly keepsState?: boolean;
  /** @default a free port */
  readonly workspacePort?: number;
  /** Second octet of the loopback block that emulates external addresses. @default derived from the process ID */
  readonly addressBlock?: number;
  /** Script that starts the bot. @default the one in app.yaml */
  readonly botScript?: string;
  /** Additional environment variables of the bot. */
  readonly botEnv?: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
  /** Aborts the start and stops the services already running. */
  readonly signal?: AbortSignal;
}

export interface Stack {
  readonly stateDir: string;
  readonly workspaceUrl: string;
  readonly computeUrl: string;
  readonly mirrorUrl: string;
  /** Secrets of this start. */
  readonly secrets: StackSecrets;
  /** The current bot process. */
  readonly bot: Service;
  /** Starts a new bot on the same database after the previous one has exited. */
  restartBot(): Promise<void>;
  /** Resolves with a description when the mirror or an emulator exits. */
  readonly failure: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts the local stack on one host: mirror, Compute Engine emulator, Slack emulator and the unmodified bot.
 * @throws Error when a service exits before it is ready, or the signal aborts; all services are stopped then
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { stateDir, keepsState = false, log } = options;
  const machinesDir = join(stateDir, 'machines');
  await cleanUp(machinesDir);
  if (!keepsState) await rm(stateDir, { recursive: true, force: true });
  await ensurePrivateFolder(stateDir);
  await mkdir(join(stateDir, 'logs'), { recursive: true });
  const secrets = await createStackSecrets(stateDir);
  const { mirrorPort, computePort, botPort, workspacePort, addressBlock } = await assignAddresses(stateDir, options);
  const slackSecrets = { SLACK_BOT_TOKEN: secrets.botToken, SLACK_SIGNING_SECRET: secrets.signingSecret };
  const command = readBotCommand();
  const services: Service[] = [];
  const startProcess = (
    name: string,
    command: string[],
    env: Record<string, string> = {},
    onLine?: (line: string) => void,
  ) => {
    const service = startService({
      name,
      command,
      env,
      logFile: join(stateDir, 'logs', `${name}.log`),
      ...(onLine ? { onLine } : {}),
    });
    services.push(service);
    return service;
  };
  const stop = async () => {
    // Stop the bot first, so that it does not lose its emulators; the machines take the longest.
    for (const service of services.splice(0).toReversed()) await service.stop();
    await cleanUp(machinesDir);
  };
  const abortion = Promise.withResolvers<never>();
  abortion.promise.catch(() => {});
  const onAbort = () => abortion.reject(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const waitOrAbort = <T>(promise: Promise<T>) => Promise.race([promise, abortion.promise]);
  try {
    options.signal?.throwIfAborted();
    const mirror = startProcess(
      'mirror',
      ['local/mirror/main.ts', '--host', mirrorHost, '--port', String(mirrorPort)],
      { KTHW_MIRROR_TOKEN: secrets.mirrorToken },
      log,
    );
    const machines = { stateDir: machinesDir, internet: [{ address: mirrorHost, port: mirrorPort }] };
    const compute = startProcess(
      'compute-emulator',
      [
        'local/compute/main.ts',
        '--port',
        String(computePort),
        '--block',
        String(addressBlock),
        '--operation-delay',
        '150',
        '--nspawn-options',
        JSON.stringify(machines),
        ...(keepsState ? ['--state-file', getStateFilePath(machinesDir)] : []),
      ],
      { KTHW_CLOUD_TOKEN: secrets.computeToken },
      log,
    );
    const workspace = startProcess(
      'slack-emulator',
      [
        'local/slack/main.ts',
        '--port',
        String(workspacePort),
        '--bot-url',
        `http://127.0.0.1:${botPort}/slack/events`,
        ...(keepsState ? ['--state-file', join(stateDir, 'workspace.json')] : []),
      ],
      { ...slackSecrets, KTHW_SLACK_ACCESS_TOKEN: secrets.slackAccessToken },
    );
    const [mirrorUrl, computeUrl, workspaceUrl] = await waitOrAbort(
      Promise.all([mirror.url, compute.url, workspace.url]),
    );
    const digestFile = join(stateDir, 'mirror-digests');
    await writeFile(digestFile, await formatDigestList(getMirrorCacheDir()));
    const startBot = () =>
      startProcess('bot', [...command.options, options.botScript ?? command.script], {
        HOST: '127.0.0.1',
        PORT: String(botPort),
        ...slackSecrets,
        SLACK_API_URL: `${workspaceUrl}/api/`,
        GOOGLE_CLOUD_PROJECT: 'kthw-local',
        KTHW_COMPUTE_URL: computeUrl,
        KTHW_COMPUTE_TOKEN: secrets.computeToken,
        KTHW_MIRROR_URL: mirrorUrl,
        KTHW_DIGEST_FILE: digestFile,
        KTHW_SQLITE_PATH: join(stateDir, 'kthw.sqlite'),
        KTHW_KEY_FILE: join(stateDir, 'key'),
        ...options.botEnv,
      });
    let bot = startBot();
    await waitOrAbort(bot.url);
    return {
      stateDir,
      workspaceUrl,
      computeUrl,
      mirrorUrl,
      secrets,
      get bot() {
        return bot;
      },
      failure: Promise.race([mirror, compute, workspace].map((service) => service.exitReason)),
      stop,
      async restartBot() {
        bot = startBot();
        await bot.url;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
}
