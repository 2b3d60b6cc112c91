import { publicAddressOutput } from '../cluster/outputs.ts';
import { getOwnershipDescription, getOwnershipLabels, getResourceNames } from '../cluster/resource-names.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { getInstanceHandle } from '../steps/instance-step.ts';
import { resourceStep } from '../steps/resource-step.ts';
import { stepHandle } from '../workflow/step-handle.ts';
import { preflightSteps } from './preflight.ts';
import { apiAddress } from './static-ip.ts';

const healthCheck = stepHandle('load-balancer/health-check');
const targetPool = stepHandle('load-balancer/pool');
export const forwardingRule = stepHandle('load-balancer/rule');

/**
 * Health check, target pool and forwarding rule of the API servers. The tutorial (chapter 8) checks `/healthz`; `/readyz`
 * reports whether a server can take traffic. https://kubernetes.io/docs/reference/using-api/health-checks/
 */
export const loadBalancer = definePhase({
  name: 'load-balancer',
  title: 'Load balancer',
  chapter: 8,
  steps: (cluster) => {
    const own = getResourceNames(cluster);
    const description = getOwnershipDescription(cluster);
    const healthCheckSpec = {
      name: own.healthCheck,
      description,
      host: 'kubernetes.default.svc.cluster.local',
      path: '/readyz',
      port: 80,
      // Google's default (two checks, 5 s apart) delays a started or failed node by ten seconds.
      checkIntervalSec: 2,
      timeoutSec: 2,
      healthyThreshold: 1,
    };
    const targetPoolSpec = {
      name: own.targetPool,
      region: cluster.region,
      description,
      healthCheck: healthCheckSpec.name,
      instances: cluster.controllerInstances.map((instance) => `${cluster.zone}/${instance.name}`),
    };
    const forwardingRuleSpec = {
      name: own.forwardingRule,
      region: cluster.region,
      description,
      labels: getOwnershipLabels(cluster),
      ports: '6443',
      targetPool: targetPoolSpec.name,
    };
    return [
      resourceStep({
        handle: healthCheck,
        title: `health check ${healthCheckSpec.name}`,
        dependsOn: Object.values(preflightSteps),
        collection: 'healthChecks',
        ref: healthCheckSpec,
        buildSpec: () => healthCheckSpec,
        comparedFields: ['host', 'path', 'port'],
      }),
      resourceStep({
        handle: targetPool,
        title: `target pool ${targetPoolSpec.name}`,
        dependsOn: [healthCheck, ...cluster.controllerInstances.map(getInstanceHandle)],
        collection: 'targetPools',
        ref: targetPoolSpec,
        buildSpec: () => targetPoolSpec,
        comparedFields: ['healthCheck', 'instances'],
      }),
      resourceStep({
        handle: forwardingRule,
        title: `forwarding rule ${forwardingRuleSpec.name}`,
        dependsOn: [targetPool, apiAddress],
        collection: 'forwardingRules',
        ref: forwardingRuleSpec,
        buildPartialSpec: (c) => ({ ...forwardingRuleSpec, address: c.findOutput(publicAddressOutput) }),
        buildSpec: (c) => ({ ...forwardingRuleSpec, address: c.getOutput(publicAddressOutput) }),
        comparedFields: ['address', 'ports', 'targetPool'],
        isIncomplete: (actual) => Object.keys(actual.labels).length === 0,
      }),
    ];
  },
});
