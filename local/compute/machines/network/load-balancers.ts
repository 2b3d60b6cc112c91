import type { ExternalAddressSpec, HealthCheckSpec } from '../../machine-backend.ts';
import { HealthProbe } from './health-probe.ts';

export type LoadBalancerSpec = Extract<ExternalAddressSpec, { kind: 'balancer' }>;

/** A running member of a load balancer. */
export interface LoadBalancerMember {
  readonly address: string;
  readonly healthCheckTransitAddress: string;
}

/** Selects the load balancer members that receive connections, by health check result. */
export class LoadBalancers {
  readonly #onHealthChange: () => void;
  #probes = new Map<string, HealthProbe>();

  constructor(onHealthChange: () => void) {
    this.#onHealthChange = onHealthChange;
  }

  /** Replaces the set of checked members. Members with an unchanged check keep their health state. */
  reconcile(
    specs: readonly LoadBalancerSpec[],
    listMembers: (spec: LoadBalancerSpec) => readonly LoadBalancerMember[],
  ): void {
    const kept = new Map<string, HealthProbe>();
    for (const spec of specs) {
      if (spec.healthCheck === undefined) continue;
      for (const member of listMembers(spec)) {
        const key = buildProbeKey(spec.address, member.address, spec.healthCheck);
        const existing = this.#probes.get(key);
        kept.set(
          key,
          existing ??
            new HealthProbe(spec.healthCheck, member.healthCheckTransitAddress, spec.address, this.#onHealthChange),
        );
      }
    }
    for (const [key, probe] of this.#probes) if (!kept.has(key)) probe.stop();
    this.#probes = kept;
  }

  isHealthy(spec: LoadBalancerSpec, member: string): boolean {
    return (
      spec.healthCheck === undefined ||
      (this.#probes.get(buildProbeKey(spec.address, member, spec.healthCheck))?.healthy ?? false)
    );
  }

  /**
   * Members that receive new connections: the healthy ones. As in Google's target pools, all members if none is
   * healthy.
   */
  listReceivers(spec: LoadBalancerSpec, members: readonly LoadBalancerMember[]): readonly string[] {
    const healthy = members.filter((member) => this.isHealthy(spec, member.address));
    return (healthy.length > 0 ? healthy : members).map((member) => member.address);
  }

  close(): void {
    for (const probe of this.#probes.values()) probe.stop();
    this.#probes.clear();
  }
}

function buildProbeKey(balancer: string, member: string, spec: HealthCheckSpec): string {
  return JSON.stringify([balancer, member, spec]);
}
