import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { readSettings } from './deploy-settings.ts';
import { deploySteps } from './deploy-steps.ts';
import { renderAppYaml } from './render-app-yaml.ts';
import { renderedAppYaml } from './resource-names.ts';
import { gcloud, runSteps, showSteps } from './run-steps.ts';
import { askHidden } from './secret-prompt.ts';
import { undeploySteps } from './undeploy-steps.ts';

const root = join(import.meta.dirname, '..');

/** `npm run deploy` and `npm run undeploy`. */
async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2));
  const { project, undo, dryRun } = settings;
  const steps = undo ? undeploySteps(settings) : deploySteps(settings);
  const rendered = renderAppYaml(await readFile(join(root, 'app.yaml'), 'utf8'), settings);
  if (dryRun) {
    showSteps(steps, console.log);
    if (!undo) console.log(`\n# ${renderedAppYaml}\n${rendered}`);
    return;
  }
  process.chdir(root);
  if (undo && !settings.yes && !(await confirmed(settings.project, settings.deleteData))) return;
  if (!undo) {
    await mkdir(dirname(renderedAppYaml), { recursive: true });
    await writeFile(renderedAppYaml, rendered);
  }
  const asking = askHidden(process.stdin, (text) => void process.stdout.write(text));
  await runSteps(steps, project, { run: gcloud, say: console.log, ask: asking.ask }).finally(asking.close);
  console.log(undo ? stays(settings.deleteData) : next(project));
}

function next(project: string): string {
  const show = `gcloud app describe --format='value(defaultHostname)' --project=${project}`;
  return `\nkthw runs. Put its host (${show}) into manifest.yaml in place of HOST, or into the Slack app’s settings.`;
}

function stays(deleteData: boolean): string {
  const data = deleteData ? '' : ' The database and the key stay, for another deploy.';
  return `\nWhat kthw could do in the project is taken away.${data} To stop the app: App Engine, Settings, "Disable application".`;
}

async function confirmed(project: string, deleteData: boolean): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const what = deleteData ? 'kthw, its database and its key' : 'kthw, and keeps its database and key';
  console.log(
    'Clusters that are still there cost money and can’t be deleted from Slack afterwards: `/kthw list` first.',
  );
  const answer = await terminal.question(`This takes down ${what}. Type the project’s id to go on: `);
  terminal.close();
  if (answer.trim() === project) return true;
  console.log('Nothing was done.');
  return false;
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
