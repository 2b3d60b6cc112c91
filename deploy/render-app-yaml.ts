import { parseDocument } from 'yaml';
import type { DeploySettings } from './deploy-settings.ts';

/** Renders `app.yaml` with a project's names and additional environment variables. */
export function renderAppYaml(
  template: string,
  { project, location, env }: Pick<DeploySettings, 'project' | 'location' | 'env'>,
): string {
  const document = parseDocument(template.replaceAll('PROJECT', project).replaceAll('LOCATION', location));
  for (const [name, value] of Object.entries(env)) document.setIn(['env_variables', name], value);
  return document.toString({ lineWidth: 0 });
}
