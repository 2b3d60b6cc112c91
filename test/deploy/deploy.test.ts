import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseDeploySettings } from '../../deploy/deploy-settings.ts';
import { type DeployStep, formatCommand } from '../../deploy/deploy-step.ts';
import { buildDeploySteps } from '../../deploy/deploy-steps.ts';
import { findForeignInstances } from '../../deploy/find-foreign-instances.ts';
import { buildNamePrefixCondition } from '../../deploy/name-prefix-condition.ts';
import { computePermissions } from '../../deploy/permissions.ts';
import { type RunStepsDeps, runSteps } from '../../deploy/run-steps.ts';
import { buildUndeploySteps } from '../../deploy/undeploy-steps.ts';
import { findGcloud, withGcloudsPython } from '../support/gcloud-python.ts';

const settings = parseDeploySettings(['--project', 'my-project-1']);
const prefixed = parseDeploySettings(['--project', 'my-project-1', '--name-prefix', 'k8s-']);
const undo = parseDeploySettings(['--project', 'my-project-1', '--undo', '--delete-data']);
const sdk = findGcloud('whether gcloud knows the commands of deploy');

const program = `
import contextlib, io, json, sys
from googlecloudsdk import gcloud_main
cli = gcloud_main.CreateCLI([])
parser = next(value for name, value in vars(cli).items() if name.endswith('__parser'))
refused = []
for argv in json.load(sys.stdin):
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            parser.parse_args(argv[1:])
    except SystemExit:
        refused.append(argv)
json.dump(refused, sys.stdout)`;

describe.skipIf(sdk === undefined)('gcloud’s own parser', () => {
  test('accepts all deploy and undeploy commands, and rejects an invalid one', { timeout: 120_000 }, async () => {
    const steps = [...buildDeploySteps(settings), ...buildDeploySteps(prefixed), ...buildUndeploySteps(undo)];
    const commands = steps.flatMap(({ check, command }) => (check ? [check, command] : [command]));
    const wrong = [
      ['gcloud', 'tasks', 'queues', 'create', 'kthw', '--no-such-option'],
      ['gcloud', 'kms', 'keys', 'create', 'data-keys'],
    ];
    const folder = mkdtempSync(join(tmpdir(), 'kthw-gcloud-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    expect(commands.length).toBeGreaterThan(40);
    const refused = await withGcloudsPython(sdk ?? '', program, JSON.stringify([...commands, ...wrong]), folder);
    expect(JSON.parse(refused)).toEqual(wrong);
  });
});

describe('deploy', () => {
  test('creates missing resources, prints each command first, and passes secrets over standard input only', async () => {
    const google = new Google();
    await runSteps(buildDeploySteps(settings), google.outside);
    expect(google.made()).toMatchInlineSnapshot(`
      [
        "iam service-accounts create kthw-bot",
        "iam roles create kthwCompute",
        "iam roles create kthwKeys",
        "firestore databases create",
        "kms keyrings create kthw",
        "kms keys create data-keys",
        "iam roles create kthwClusterKeyCreator",
        "iam roles create kthwClusterKeys",
        "secrets create kthw-slack-bot-token",
        "secrets versions add kthw-slack-bot-token",
        "secrets create kthw-slack-signing-secret",
        "secrets versions add kthw-slack-signing-secret",
        "tasks queues create kthw",
        "app create",
      ]
    `);
    expect(google.ran.filter(({ shown }) => !shown)).toEqual([]);
    const secrets = google.ran.filter(({ input }) => input !== undefined);
    expect(secrets.map(({ argv, input }) => [argv[4], input])).toEqual([
      ['kthw-slack-bot-token', 'hush 1'],
      ['kthw-slack-signing-secret', 'hush 2'],
    ]);
    const everything = JSON.stringify([google.printedLines, google.ran.map(({ argv }) => argv)]);
    expect(everything).not.toContain('hush');
    expect(everything).not.toContain('-compute@developer.gserviceaccount.com');
  });

  test('is idempotent, prompts for no secret, and updates role and queue', async () => {
    const google = new Google();
    await runSteps(buildDeploySteps(settings), google.outside);
    const before = google.made().length;
    google.ran.length = 0;
    await runSteps(buildDeploySteps(settings), google.outside);
    expect(google.made()).toHaveLength(before);
    const verbs = google.ran.map(({ argv }) => argv.slice(1, 4).join(' '));
    expect(verbs).toEqual(expect.arrayContaining(['iam roles update', 'tasks queues update', 'app deploy .']));
    expect(google.ran.filter(({ input }) => input !== undefined)).toEqual([]);
  });

  test('continues after a failed command when rerun', async () => {
    const google = new Google();
    google.failing = 'kms keys create';
    await expect(runSteps(buildDeploySteps(settings), google.outside)).rejects.toThrow(
      /command failed: gcloud kms keys create data-keys .*\nFix the reported error, then run the whole command again/,
    );
    google.failing = undefined;
    await runSteps(buildDeploySteps(settings), google.outside);
    expect(google.made().filter((one) => one.includes('keyrings create'))).toHaveLength(1);
  });

  test.each([
    ['an instance without labels', { name: 'web' }, 'web (us-west1-a)'],
    ['an instance with other labels', { name: 'web', labels: { app: 'kthw-cluster' } }, 'web (us-west1-a)'],
    ['an instance with an empty label', { name: 'web', labels: { 'kthw-cluster': '' } }, 'web (us-west1-a)'],
    ['an instance of a cluster', { name: 'demo-worker-0', labels: { 'kthw-cluster': 'demo' } }, undefined],
  ])('decides by the ownership mark whether %s is foreign', (_, instance, found) => {
    const zone = 'https://www.googleapis.com/compute/v1/projects/p/zones/us-west1-a';
    const ours = { name: 'demo', zone, labels: { 'kthw-cluster': 'demo' } };
    const obstacle = findForeignInstances(JSON.stringify([ours, { zone, ...instance }]));
    if (found === undefined) expect(obstacle).toBeUndefined();
    else expect(obstacle).toContain(`not kthw's: ${found}.`);
  });

  test('refuses a project with foreign instances before it changes anything, unless told to', async () => {
    const google = new Google();
    google.computeIsEnabled = true;
    google.instances = Array.from({ length: 7 }, (_, i) => ({ name: `web-${i}`, zone: 'zones/us-west1-a' }));
    await expect(runSteps(buildDeploySteps(settings), google.outside)).rejects.toThrow(
      "instances that are not kthw's: web-0 (us-west1-a), web-1 (us-west1-a), web-2 (us-west1-a), web-3 (us-west1-a), web-4 (us-west1-a) and 2 more.\nThe bot could change and delete them. Use another project, or add --allow-foreign-instances.",
    );
    expect(google.ran.map(({ argv }) => argv.slice(1, 4).join(' '))).toEqual(['compute instances list']);
    const allowed = parseDeploySettings(['--project', 'my-project-1', '--allow-foreign-instances']);
    await runSteps(buildDeploySteps(allowed), google.outside);
    expect(google.made()).toContain('app create');
  });

  test('does not ignore an error of the check', async () => {
    const google = new Google();
    google.computeIsEnabled = true;
    google.failing = 'compute instances list';
    await expect(runSteps(buildDeploySteps(settings), google.outside)).rejects.toThrow(
      'command failed: gcloud compute',
    );
    expect(google.made()).toEqual([]);
  });

  test('limits the role to a name prefix, tells the bot, and removes the grant without a condition', () => {
    const grants = buildDeploySteps(prefixed).filter(({ command }) =>
      command.some((word) => word.endsWith('/roles/kthwCompute') && word.startsWith('--role=')),
    );
    expect(grants.map(({ command }) => command.find((word) => word.startsWith('--condition=')))).toEqual([
      `--condition=title=kthw-k8s-names,expression=${buildNamePrefixCondition('k8s-')}`,
      '--condition=None',
    ]);
    expect(grants.map(({ command }) => command[2])).toEqual(['add-iam-policy-binding', 'remove-iam-policy-binding']);
    expect(prefixed.env).toMatchObject({ KTHW_NAME_PREFIX: 'k8s-' });
  });

  test('prompts for the secrets again with --secrets', async () => {
    const google = new Google();
    await runSteps(buildDeploySteps(settings), google.outside);
    google.ran.length = 0;
    await runSteps(buildDeploySteps({ ...settings, replaceSecrets: true }), google.outside);
    expect(google.ran.filter(({ input }) => input !== undefined)).toHaveLength(2);
  });

  test('grants no owner, editor or administrator role', () => {
    const roles = buildDeploySteps(settings).flatMap(({ command }) =>
      command.filter((word) => word.startsWith('--role=')),
    );
    expect(roles.toSorted()).toEqual([
      '--role=projects/my-project-1/roles/kthwClusterKeyCreator',
      '--role=projects/my-project-1/roles/kthwClusterKeys',
      '--role=projects/my-project-1/roles/kthwCompute',
      '--role=projects/my-project-1/roles/kthwKeys',
      '--role=roles/cloudtasks.enqueuer',
      '--role=roles/datastore.user',
      '--role=roles/secretmanager.secretAccessor',
      '--role=roles/secretmanager.secretAccessor',
    ]);
    const granted = buildDeploySteps(settings).flatMap(({ command }) =>
      command.filter((word) => word.startsWith('--permissions=')),
    );
    expect(granted[0]).toBe(`--permissions=${computePermissions.join(',')}`);
  });

  test('reads both secrets from a pipe and puts none into a command', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kthw-deploy-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
      rmSync(join(import.meta.dirname, '../../.kthw/deploy'), { recursive: true, force: true });
    });
    // A gcloud that prints nothing, so that everything is missing; records its input.
    const gcloud =
      '#!/bin/sh\necho "$@" >> "$KEPT/arguments"\ncase "$*" in *"versions add"*) cat >> "$KEPT/input";; esac\n';
    writeFileSync(join(folder, 'gcloud'), gcloud, { mode: 0o755 });
    const script = join(import.meta.dirname, '../../deploy/main.ts');
    const access = [
      'KTHW_CHANNELS=C1',
      'KTHW_CREATORS=T1:U1',
      'KTHW_SSH_RANGES=203.0.113.7/32',
      'KTHW_FOREIGN_TEAMS=T9',
    ];
    const args = [script, '--project', 'my-project-1', ...access.flatMap((one) => ['--env', one])];
    const { stdout } = await execa(process.execPath, args, {
      env: { PATH: `${folder}:${process.env.PATH}`, KEPT: folder },
      input: 'hush 1\nhush 2\n',
    });
    expect(readFileSync(join(folder, 'input'), 'utf8')).toBe('hush 1hush 2');
    const ran = readFileSync(join(folder, 'arguments'), 'utf8');
    expect(ran).toContain('app deploy . --appyaml=.kthw/deploy/app.yaml');
    expect(`${ran}${stdout}`).not.toContain('hush');
    expect(stdout).not.toContain('KTHW_FOREIGN_TEAMS');
    expect(stdout).toContain('  --env KTHW_GUESTS=…  guests who may use kthw (none)');
  });

  test('names the access variables that are missing, and runs nothing', async () => {
    const script = join(import.meta.dirname, '../../deploy/main.ts');
    const args = [script, '--project', 'my-project-1', '--env', 'KTHW_CHANNELS=C1'];
    const { stderr, exitCode } = await execa(process.execPath, args, {
      env: { PATH: '/nowhere' },
      reject: false,
      input: '',
    });
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      [
        'these are required:',
        '  --env KTHW_CREATORS=…  who can create clusters, such as T012AB3CD:U345CD6EF or S678EF9GH',
        '  --env KTHW_SSH_RANGES=…  source addresses of SSH to instances, such as 203.0.113.7/32; 0.0.0.0/0 allows any',
      ].join('\n'),
    );
  });

  test('prints all commands with --dry-run, without account or gcloud', async () => {
    const script = join(import.meta.dirname, '../../deploy/main.ts');
    const shown = await execa(process.execPath, [script, '--project', 'my-project-1', '--dry-run'], {
      env: { PATH: '/nowhere' },
      extendEnv: false,
    });
    for (const { command } of buildDeploySteps(settings)) expect(shown.stdout).toContain(formatCommand(command));
    expect(shown.stdout).toContain('runtime: nodejs24');
    expect(shown.stdout).toContain('kthw-bot@my-project-1.iam.gserviceaccount.com');
  });

  test.each([
    [[], /--project requires a project ID/],
    [['--project', 'my-project-1', '--name-prefix', 'k8s'], /--name-prefix requires/],
    [['--project', 'my-project-1', '--name-prefix', 'a"-'], /--name-prefix requires/],
    [['--project', 'my-project-1', '--location', 'mars'], /--location requires a region/],
    [['--project', 'my-project-1', '--env', 'SLACK_BOT_TOKEN=xoxb-1'], /Slack secrets are prompted for/],
  ])('rejects %o with the usage', (args, says) => {
    expect(() => parseDeploySettings(args)).toThrow(says);
  });
});

describe('undeploy', () => {
  test('deletes all roles and resources, keeps the data, and can be rerun', async () => {
    const keeping = buildUndeploySteps({ ...undo, deleteData: false });
    const google = new Google();
    google.failing = 'delete';
    await runSteps(keeping, google.outside);
    // Deleting the queue and secrets also deletes their bindings.
    const stays = (binding: string) => !/cloudtasks|secretAccessor/.test(binding);
    expect(bindings(buildDeploySteps(settings), 'add').filter(stays)).toEqual(bindings(keeping, 'remove'));
    const text = (steps: readonly DeployStep[]) => steps.map(({ command }) => formatCommand(command)).join('\n');
    expect(text(keeping)).toMatch(/queues delete kthw[\s\S]*service-accounts delete kthw-bot@/);
    expect(text(keeping)).not.toMatch(/databases delete|versions destroy/);
    expect(text(buildUndeploySteps(undo))).toMatch(/databases delete[\s\S]*versions destroy/);
  });
});

/** IAM bindings, sorted. */
function bindings(steps: readonly DeployStep[], verb: 'add' | 'remove'): string[] {
  return steps
    .flatMap(({ command }) => {
      const at = command.indexOf(`${verb}-iam-policy-binding`);
      return at < 0 ? [] : [[command[at + 1], ...command.filter((word) => /^--(role|member)=/.test(word))].join(' ')];
    })
    .sort();
}

/** A fake project for these commands: created resources are listed. */
class Google {
  readonly printedLines: string[] = [];
  readonly ran: { readonly argv: readonly string[]; readonly input?: string; readonly shown: boolean }[] = [];
  failing: string | undefined;
  computeIsEnabled = false;
  instances: readonly object[] = [];
  readonly #there = new Set<string>();
  #promptCount = 0;

  readonly outside: RunStepsDeps = {
    print: (line) => void this.printedLines.push(line),
    askSecret: async () => `hush ${++this.#promptCount}\n`,
    runCommand: async (argv, { input, quiet }) => {
      const command = argv.join(' ');
      if (this.failing !== undefined && command.includes(this.failing)) throw new Error('exit code 1');
      if (command.includes('services list')) return this.computeIsEnabled ? 'compute.googleapis.com' : '';
      if (quiet) return [...this.#there].some((made) => answers(command, made)) ? 'it' : '';
      const shown = this.printedLines.at(-1) === formatCommand(argv);
      this.ran.push({ argv, shown, ...(input === undefined ? {} : { input }) });
      if (/ (create|add) /.test(command) && !command.includes('iam-policy')) {
        const key = argv
          .slice(1)
          .filter((word) => !word.startsWith('--'))
          .join(' ');
        if (this.#there.has(key) && !command.includes('versions add')) throw new Error(`${key} exists`);
        this.#there.add(key);
      }
      return command.includes('compute instances list') ? JSON.stringify(this.instances) : '';
    },
  };

  made(): string[] {
    return [...this.#there];
  }
}

/** True if a list command's filter matches a created resource. */
function answers(look: string, made: string): boolean {
  if (look.includes('deleted=true')) return false;
  const [, group = ''] = /^gcloud (.+?) (?:list|describe)\b/.exec(look) ?? [];
  if (!made.startsWith(group === 'secrets versions' ? 'secrets versions add' : `${group} create`)) return false;
  const name = made.split(' ').at(-1) ?? '';
  return group === 'app' || group === 'firestore databases' || look.includes(name);
}
