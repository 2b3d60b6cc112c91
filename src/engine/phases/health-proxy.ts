import { renderNginxSite } from '../render/nginx-site.ts';
import { paths } from '../render/paths.ts';
import { definePhase } from '../steps/define-phase.ts';
import { hostStep } from '../steps/host-step.ts';

/** Google's probes speak plain HTTP: nginx on each controller passes them on to the API server. Tutorial, chapter 8. */
export const healthProxy = definePhase({
  name: 'health-proxy',
  title: 'Health check proxy',
  chapter: 8,
  dependsOn: ['certificates', 'downloads'],
  steps: (cluster) =>
    cluster.controllerInstances.map((instance) =>
      hostStep({
        key: `health-proxy/${instance.name}`,
        title: `health check proxy on ${instance.name}`,
        instance,
        dependsOn: [`packages/${instance.name}`, `certificates/on/${instance.name}`],
        files: () => [{ path: paths.nginxSite, content: renderNginxSite(), mode: 0o644 }],
        checkScript: () => `systemctl -q is-active nginx && [ -L ${paths.nginxSiteEnabled} ]`,
        removeScript: `rm -f ${paths.nginxSiteEnabled}; systemctl disable -q --now nginx || true`,
        applyScript: () => `ln -sfn ${paths.nginxSite} ${paths.nginxSiteEnabled}
systemctl enable -q nginx && systemctl restart nginx`,
      }),
    ),
});
