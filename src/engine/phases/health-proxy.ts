import { renderNginxSite } from '../render/nginx-site.ts';
import { paths } from '../render/paths.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { createHostSteps } from '../steps/host-step.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';
import { certificateSteps } from './certificates.ts';
import { aptPackagesInstalled } from './downloads.ts';

export const healthCheckProxy = instanceStepHandle('health-proxy');

/** Google's health checks use plain HTTP: nginx forwards them to the local API server. Tutorial, chapter 8. */
export const healthProxy = definePhase({
  name: 'health-proxy',
  title: 'Health check proxy',
  chapter: 8,
  steps: createHostSteps('controllerInstances', (instance) => ({
    handle: healthCheckProxy.on(instance),
    title: `health check proxy on ${instance.name}`,
    dependsOn: [aptPackagesInstalled.on(instance), certificateSteps.installed.on(instance)],
    files: () => [{ path: paths.nginxSite, content: renderNginxSite(), mode: 0o644 }],
    checkScript: () => `systemctl -q is-active nginx && [ -L ${paths.nginxSiteEnabled} ]`,
    removeScript: `rm -f ${paths.nginxSiteEnabled}; systemctl disable -q --now nginx || true`,
    units: ['nginx'],
    applyScript: () => `ln -sfn ${paths.nginxSite} ${paths.nginxSiteEnabled}
systemctl enable -q nginx && systemctl restart nginx`,
  })),
});
