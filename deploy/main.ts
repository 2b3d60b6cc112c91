import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { optionalVariables, parseDeploySettings, type RequiredVariable, requiredVariables } from './deploy-settings.ts';
import { buildDeploySteps } from './deploy-steps.ts';
import { renderAppYaml } from './render-app-yaml.ts';
import { renderedAppYamlPath } from './resource-names.ts';
import { printSteps, runGcloud, runSteps } from './run-steps.ts';
import { createSecretPrompt } from './secret-prompt.ts';
import { buildUndeploySteps } from './undeploy-steps.ts';

const root = join(import.meta.dirname, '..');

/** Entry point of `npm run deploy` and `npm run undeploy`. */
async function main(): Promise<void> {
  const settings = parseDeploySettings(process.argv.slice(2));
  const { project, undeploy, dryRun } = settings;
  const steps = undeploy ? buildUndeploySteps(settings) : buildDeploySteps(settings);
  const render = async (answers: Readonly<Record<string, string>>) =>
    renderAppYaml(await readFile(join(root, 'app.yaml'), 'utf8'), {
      ...settings,
      env: { ...settings.env, ...answers },
    });
  if (dryRun) {
    printSteps(steps, console.log);
    const placeholders = Object.fromEntries(settings.missingEnv.map((name) => [name, `(asked for: ${name})`]));
    if (!undeploy) console.log(`\n# ${renderedAppYamlPath}\n${await render(placeholders)}`);
    return;
  }
  process.chdir(root);
  if (undeploy && !settings.skipConfirmation && !(await confirmUndeploy(settings.project, settings.deleteData))) return;
  if (!undeploy) {
    await mkdir(dirname(renderedAppYamlPath), { recursive: true });
    await writeFile(renderedAppYamlPath, await render(await askForVariables(settings.missingEnv)));
  }
  const secretPrompt = createSecretPrompt(process.stdin, (text) => void process.stdout.write(text));
  await runSteps(steps, { runCommand: runGcloud, print: console.log, askSecret: secretPrompt.ask }).finally(
    secretPrompt.close,
  );
  console.log(undeploy ? formatUndeployResult(settings.deleteData) : formatNextSteps(project, settings.env));
}

/** Asks for variables that decide who has access. @throws Error without a terminal */
async function askForVariables(names: readonly RequiredVariable[]): Promise<Record<string, string>> {
  if (names.length > 0 && !process.stdin.isTTY)
    throw new Error(
      ['these are required:', ...names.map((name) => `  --env ${name}=…  ${requiredVariables[name]}`)].join('\n'),
    );
  const answers: Record<string, string> = {};
  for (const name of names) {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    answers[name] = (await terminal.question(`${name}: ${requiredVariables[name]}: `)).trim();
    terminal.close();
  }
  return answers;
}

function formatNextSteps(project: string, env: Readonly<Record<string, string>>): string {
  const unsetVariables = Object.entries(optionalVariables).flatMap(([name, meaning]) =>
    Object.hasOwn(env, name) ? [] : `\n  --env ${name}=…  ${meaning}`,
  );
  const hostCommand = `gcloud app describe --format='value(defaultHostname)' --project=${project}`;
  return `\nkthw is deployed. In manifest.yaml or the Slack app’s settings, replace HOST with the app’s host: ${hostCommand}${unsetVariables.length > 0 ? `\nNot set, with the default in parentheses:${unsetVariables.join('')}` : ''}`;
}

function formatUndeployResult(deleteData: boolean): string {
  const data = deleteData ? '' : ' The database and the key are kept for a later deploy.';
  return `\nkthw’s access to the project is revoked.${data} To stop the app: App Engine, Settings, "Disable application".`;
}

async function confirmUndeploy(project: string, deleteData: boolean): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const target = deleteData ? 'kthw, its database and its key' : 'kthw, but not its database and key';
  console.log('Delete your clusters first (`/kthw list`): they cost money and can’t be deleted from Slack afterwards.');
  const answer = await terminal.question(`This deletes ${target}. Enter the project ID to confirm: `);
  terminal.close();
  if (answer.trim() === project) return true;
  console.log('Cancelled; no changes were made.');
  return false;
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
