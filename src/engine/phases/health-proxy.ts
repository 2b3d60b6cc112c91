import { nginxSite } from '../render/nginx-site.ts';
import { paths } from '../render/paths.ts';
import { machineStep } from '../steps/host-step.ts';
import { definePhase } from '../workflow/step.ts';

/** Google's probes speak plain HTTP: nginx on each controller passes them on to the API server. Tutorial, chapter 8. */
export const healthProxy = definePhase({
  name: 'health-proxy',
  title: 'Health check proxy',
  chapter: 8,
  after: ['certificates', 'downloads'],
  steps: (cluster) =>
    cluster.controllerMachines.map((machine) =>
      machineStep({
        key: `health-proxy/${machine.name}`,
        title: `health check proxy on ${machine.name}`,
        machine,
        after: [`packages/${machine.name}`, `certificates/on/${machine.name}`],
        files: () => [{ path: paths.nginxSite, content: nginxSite(), mode: 0o644 }],
        check: () => `systemctl -q is-active nginx && [ -L ${paths.nginxSiteEnabled} ]`,
        undo: `rm -f ${paths.nginxSiteEnabled}; systemctl disable -q --now nginx || true`,
        make: () => `ln -sfn ${paths.nginxSite} ${paths.nginxSiteEnabled}
systemctl enable -q nginx && systemctl restart nginx`,
      }),
    ),
});
