import type { ExternalPlan, HealthCheckPlan } from '../../machine-backend.ts';
import { HealthProbe } from './health-probe.ts';

export type BalancerPlan = Extract<ExternalPlan, { kind: 'balancer' }>;

/** A member of a balancer that is running. */
export interface Member {
  readonly address: string;
  readonly healthToken: string;
}

/** Which members of a network's balancers get connections, as the health checks see it. */
export class Balancers {
  readonly #changed: () => void;
  #probes = new Map<string, HealthProbe>();

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Checks exactly these members from now on; what is known of one that was checked the same way before stays known. */
  reconcile(plans: readonly BalancerPlan[], members: (plan: BalancerPlan) => readonly Member[]): void {
    const kept = new Map<string, HealthProbe>();
    for (const plan of plans) {
      if (plan.healthCheck === undefined) continue;
      for (const member of members(plan)) {
        const key = probeKey(plan.address, member.address, plan.healthCheck);
        const known = this.#probes.get(key);
        kept.set(key, known ?? new HealthProbe(plan.healthCheck, member.healthToken, plan.address, this.#changed));
      }
    }
    for (const [key, probe] of this.#probes) if (!kept.has(key)) probe.stop();
    this.#probes = kept;
  }

  isHealthy(plan: BalancerPlan, member: string): boolean {
    return (
      plan.healthCheck === undefined ||
      (this.#probes.get(probeKey(plan.address, member, plan.healthCheck))?.healthy ?? false)
    );
  }

  /** The members that get new connections: the healthy ones; when there is none, all of them, as Google's target pools do. */
  receiving(plan: BalancerPlan, members: readonly Member[]): readonly string[] {
    const healthy = members.filter((member) => this.isHealthy(plan, member.address));
    return (healthy.length > 0 ? healthy : members).map((member) => member.address);
  }

  close(): void {
    for (const probe of this.#probes.values()) probe.stop();
    this.#probes.clear();
  }
}

function probeKey(balancer: string, member: string, plan: HealthCheckPlan): string {
  return JSON.stringify([balancer, member, plan]);
}
