import { parseDocument } from 'yaml';
import type { DeploySettings } from './deploy-settings.ts';

/** `app.yaml` with the names of one project, and more environment. */
export function renderAppYaml(
  template: string,
  { project, location, env }: Pick<DeploySettings, 'project' | 'location' | 'env'>,
): string {
  const document = parseDocument(template.replaceAll('PROJECT', project).replaceAll('LOCATION', location));
  for (const [name, value] of Object.entries(env)) document.setIn(['env_variables', name], value);
  return document.toString({ lineWidth: 0 });
}
