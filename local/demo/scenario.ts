import type { ClusterDriver } from '../driver/cluster-driver.ts';
import type { LocalEnvironment } from '../driver/local-environment.ts';

export interface ScenarioContext {
  readonly environment: LocalEnvironment;
  /** The cluster `demo`, driven by Ada. */
  readonly cluster: ClusterDriver;
}

/** Rejects with the reason when a step of the scenario fails. */
export type Scenario = (context: ScenarioContext) => Promise<void>;
