import { KthwError } from '../../../src/engine/cluster/errors.ts';
import { getResourceNames } from '../../../src/engine/cluster/resource-names.ts';
import type { ClusterService, StartResultOrNotFound } from '../../../src/engine/service/cluster-service.ts';
import { foldEvents } from '../../../src/engine/workflow/run-state.ts';
import type { Person } from '../../../src/store/person.ts';
import { buildSpec, type Process, RunEnvironment } from '../../fakes/run-environment.ts';
import type { ModelAction, UserName } from './model-actions.ts';

const users: Readonly<Record<UserName, Person>> = {
  ada: { team: 'T1', user: 'ADA' },
  grace: { team: 'T1', user: 'GRACE' },
};
const name = 'demo';
const channel = 'C1';
/** Longer than an approval request is valid. */
const settleMs = 31 * 60_000;

/** One cluster on the fakes, two users, and a record of what each user did. */
export class ClusterModel {
  readonly environment = new RunEnvironment();
  readonly violations: string[] = [];
  #process: Process = this.environment.createProcess();
  /** `RUN TYPE USER` of every event that a user's action may cause. */
  readonly #userActions = new Set<string>();
  /** `RUN` of every run that a user cancelled. */
  readonly #cancelledRuns = new Set<string>();
  /** `STOPPED BY` of every confirmed deletion. */
  readonly #confirmedStops = new Set<string>();
  /** Number of events of a run when it was rejected. */
  readonly #rejectedAt = new Map<string, number>();

  async apply(action: ModelAction): Promise<void> {
    switch (action.kind) {
      case 'wait':
        return await this.#sleep(action.ms);
      case 'crash':
        return await this.#crash();
      case 'fault':
        return this.environment.compute.faults.plan({
          call: /^insert /,
          when: 'before',
          error: () => new KthwError('quota', { doing: 'creating an instance' }),
        });
      case 'quota':
        this.environment.compute.quotaLimits.CPUS = action.cpus;
        return;
      case 'decide':
        return await this.#decide(action.user, action.approved);
      case 'cancel':
        return await this.#cancel(action.user);
      case 'resume':
        return await this.#resume(action.user, action.runIndex);
      default:
        return await this.#request(action);
    }
  }

  /** Lets all runs end without further decisions, then checks everything that must hold while no run is active. */
  async settle(): Promise<void> {
    this.environment.compute.faults.clear();
    for (let i = 0; i < 20; i++) {
      await this.#sleep(settleMs);
      if ((await this.environment.store.listOpenRuns()).length === 0) break;
    }
    await this.#checkRest();
    await this.#checkEvents();
  }

  async close(): Promise<void> {
    await this.environment.close();
  }

  get #service(): ClusterService {
    return this.#process.clusterService;
  }

  async #request(action: Extract<ModelAction, { kind: 'request' }>): Promise<void> {
    const requester = users[action.user];
    const result = await this.#startOperation(action, requester);
    if ('run' in result) this.#allow(result.run, ['run.requested', 'run.resumed'], requester);
  }

  async #startOperation(
    {
      operation,
      workers,
      machineType,
      fromPhase,
      isConfirmed,
      requiresApproval,
    }: Extract<ModelAction, { kind: 'request' }>,
    requester: Person,
  ): Promise<StartResultOrNotFound> {
    const service = this.#service;
    switch (operation) {
      case 'create':
        return await service.createCluster({ spec: buildSpec({ workers, machineType }), requester, channel });
      case 'scale':
        return await service.scaleCluster(name, { workers, requester, channel });
      case 'resize':
        return await service.resizeCluster(name, { machineType, requester, channel });
      case 'rebuild':
        return await service.rebuildCluster(name, { fromPhase, requester, channel });
      case 'smoke':
        return await service.runSmokeTest(name, requester, channel);
      case 'doctor': {
        const report = await service.runDoctor(name, 'ssh');
        return 'notFound' in report ? report : { unchanged: 'ready' };
      }
      case 'delete': {
        const record = (await this.environment.store.read('cluster', name))?.value;
        const stops = isConfirmed ? record?.activeRun : undefined;
        const result = await service.deleteCluster(name, requester, channel, { stops, requiresApproval });
        if ('run' in result && stops !== undefined && !requiresApproval) {
          this.#confirmedStops.add(`${stops} ${result.run}`);
          this.#allow(stops, ['run.cancelRequested'], requester);
        }
        return result;
      }
      default:
        return operation satisfies never;
    }
  }

  /** Decides on the pending approval of the active or the queued run. */
  async #decide(user: UserName, approved: boolean): Promise<void> {
    const record = (await this.environment.store.read('cluster', name))?.value;
    for (const run of [record?.queuedRun, record?.activeRun]) {
      const approval = run === undefined ? undefined : await this.#service.getPendingApproval(run);
      if (!approval) continue;
      const result = await this.#service.decideApproval(approval.run, approval.digest, users[user], approved);
      if (!('decided' in result)) return;
      this.#allow(approval.run, [approved ? 'approval.granted' : 'approval.rejected'], users[user]);
      if (approved && approval.stops) {
        this.#confirmedStops.add(`${approval.stops.run} ${approval.run}`);
        this.#allow(approval.stops.run, ['run.cancelRequested'], users[user]);
      }
      if (!approved) this.#rejectedAt.set(approval.run, (await this.environment.store.readEvents(approval.run)).length);
      return;
    }
  }

  async #cancel(user: UserName): Promise<void> {
    const result = await this.#service.cancelRun(name, users[user]);
    if (!('run' in result)) return;
    this.#cancelledRuns.add(result.run);
    this.#allow(result.run, ['run.cancelRequested'], users[user]);
  }

  /** Presses the Resume button of an earlier run, or resumes by command. */
  async #resume(user: UserName, runIndex: number | undefined): Promise<void> {
    const runs = (await this.environment.store.read('cluster', name))?.value.runs ?? [];
    const run = runIndex === undefined ? undefined : runs[runIndex % Math.max(1, runs.length)];
    const before = run === undefined ? undefined : await this.#service.getRunView(run);
    const result = await this.#service.resumeRun(name, users[user], run);
    if (!('run' in result)) return;
    if (run !== undefined && result.run !== run) this.violations.push(`Resume of ${run} resumed ${result.run}`);
    if (before?.operation === 'delete' && before.outcome === 'cancelled')
      this.violations.push('Resume continued a cancelled deletion');
    if (before?.isRejected) this.violations.push('Resume continued a rejected run');
    this.#allow(result.run, ['run.resumed'], users[user]);
  }

  async #crash(): Promise<void> {
    await this.#process.kill();
    this.#process = this.environment.createProcess();
    await this.#process.start();
  }

  /** In small steps: the fake clock jumps to the next timer, and the runs must keep up. */
  async #sleep(ms: number): Promise<void> {
    await this.environment.clock.sleep(ms, new AbortController().signal);
  }

  #allow(run: string, types: readonly string[], { user }: Person): void {
    for (const type of types) this.#userActions.add(`${run} ${type} ${user}`);
  }

  /** What must hold while no run is active. */
  async #checkRest(): Promise<void> {
    const { store, compute } = this.environment;
    const openRuns = await store.listOpenRuns();
    const record = (await store.read('cluster', name))?.value;
    const status = await this.#service.getStatus(name);
    if (openRuns.length > 0) {
      const last = await Promise.all(openRuns.map((run) => this.environment.describeLastEvents(run)));
      return void this.violations.push(`runs are still open: ${last.join(' | ')}`);
    }
    if (record?.activeRun ?? record?.queuedRun) this.violations.push('the cluster is held by a closed run');
    if (!status) {
      const left = compute.listResourceNames();
      if (left.length > 0) this.violations.push(`a free name has resources: ${left.join(', ')}`);
      return;
    }
    const views = await Promise.all(status.record.runs.map((run) => this.#service.getRunView(run)));
    if (!views.some((view) => view?.hasChanges)) this.violations.push('a cluster that no run has made keeps its name');
    if (!['ready', 'failed', 'cancelled'].includes(status.state))
      this.violations.push(`the state of an idle cluster is ${status.state}`);
    const rule = await compute.firewalls.get(
      { name: getResourceNames({ name }).allowSsh },
      new AbortController().signal,
    );
    if (rule && !rule.disabled) this.violations.push('SSH access is enabled while no run is active');
    if (status.state === 'ready') await this.#checkReady(status.record.spec.workers);
  }

  async #checkReady(workers: number): Promise<void> {
    const kubeconfig = await this.#service
      .issueKubeconfig(name, { requester: users.ada, role: 'cluster-admin' })
      .catch((error: unknown) => error);
    if (!kubeconfig || typeof kubeconfig !== 'object' || !('file' in kubeconfig))
      this.violations.push(`no kubeconfig for a ready cluster: ${JSON.stringify(kubeconfig)}`);
    const nodes = this.environment.kube.listNodeNames();
    if (nodes.length !== workers)
      this.violations.push(`status shows ${workers} workers, but ${nodes.length} are registered`);
  }

  /** What must hold for the events of all runs. */
  async #checkEvents(): Promise<void> {
    const { store } = this.environment;
    for (const run of (await store.read('cluster', name))?.value.runs ?? []) {
      const events = await store.readEvents(run);
      for (const { event } of events) {
        if ('actor' in event && !this.#userActions.has(`${run} ${event.type} ${event.actor.user}`))
          this.violations.push(`${event.type} of ${run} is attributed to ${event.actor.user}, who did not do it`);
        if (event.type !== 'run.cancelRequested') continue;
        const isAllowed = event.preemptedBy
          ? this.#confirmedStops.has(`${run} ${event.preemptedBy.run}`)
          : this.#cancelledRuns.has(run);
        if (!isAllowed) this.violations.push(`${run} was stopped without an approval or confirmation`);
      }
      const rejectedAt = this.#rejectedAt.get(run);
      const isRejected = rejectedAt !== undefined && foldEvents(events).isRejected;
      if (isRejected && events.slice(rejectedAt).some(({ event }) => event.type === 'step.started'))
        this.violations.push(`${run} started steps after its rejection`);
    }
  }
}
