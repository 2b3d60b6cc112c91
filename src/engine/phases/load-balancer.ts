import { publicAddress } from '../cluster/outputs.ts';
import { labelsOf, markOf, names } from '../cluster/resource-names.ts';
import { cloudStep } from '../steps/resource-step.ts';
import { definePhase } from '../workflow/step.ts';

/**
 * The address before the controllers: a health check that each answers through its own proxy, the pool, the rule.
 * The tutorial (chapter 8) asks for `/healthz`; `/readyz` is what says that a server may get traffic.
 * https://kubernetes.io/docs/reference/using-api/health-checks/
 */
export const loadBalancer = definePhase({
  name: 'load-balancer',
  title: 'Load balancer',
  chapter: 8,
  after: ['addresses', 'controllers', 'firewall'],
  steps: (cluster) => {
    const own = names(cluster);
    const description = markOf(cluster);
    const check = {
      name: own.healthCheck,
      description,
      host: 'kubernetes.default.svc.cluster.local',
      path: '/readyz',
      port: 80,
      // Google's 5 s and two answers keep a controller that just came up, or just went down, waiting for ten.
      checkIntervalSec: 2,
      timeoutSec: 2,
      healthyThreshold: 1,
    };
    const pool = {
      name: own.targetPool,
      region: cluster.region,
      description,
      healthCheck: check.name,
      instances: cluster.controllerMachines.map((machine) => `${cluster.zone}/${machine.name}`),
    };
    const rule = {
      name: own.forwardingRule,
      region: cluster.region,
      description,
      labels: labelsOf(cluster),
      ports: '6443',
      targetPool: pool.name,
    };
    return [
      cloudStep({
        key: 'load-balancer/health-check',
        title: `health check ${check.name}`,
        after: ['preflight/checks', 'preflight/conflicts'],
        of: 'healthChecks',
        at: check,
        spec: () => check,
        compare: ['host', 'path', 'port'],
      }),
      cloudStep({
        key: 'load-balancer/pool',
        title: `target pool ${pool.name}`,
        after: [
          'load-balancer/health-check',
          ...cluster.controllerMachines.map((machine) => `controllers/${machine.name}`),
        ],
        of: 'targetPools',
        at: pool,
        spec: () => pool,
        compare: ['healthCheck', 'instances'],
      }),
      cloudStep({
        key: 'load-balancer/rule',
        title: `forwarding rule ${rule.name}`,
        after: ['load-balancer/pool', 'addresses/api'],
        of: 'forwardingRules',
        at: rule,
        shape: (c) => ({ ...rule, address: c.knows(publicAddress) }),
        spec: (c) => ({ ...rule, address: c.know(publicAddress) }),
        compare: ['address', 'ports', 'targetPool', 'description'],
        unfinished: (found) => Object.keys(found.labels).length === 0,
      }),
    ];
  },
});
