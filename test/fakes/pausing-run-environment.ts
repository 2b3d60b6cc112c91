import { buildSpec, type Process, RunEnvironment } from './run-environment.ts';

/** An environment for creates that pause after chapters. */
export class PausingRunEnvironment extends RunEnvironment {
  /** @returns the run */
  async startCreate({ clusterService }: Process): Promise<string> {
    const answer = await clusterService.createCluster({
      spec: buildSpec(),
      requester: this.requester,
      channel: 'C1',
      pausesAfterChapters: true,
    });
    if (!('run' in answer)) throw new Error(`no run was begun: ${JSON.stringify(answer)}`);
    return answer.run;
  }

  /** The chapter after which the run pauses; undefined when it finished. @param past ignores pauses up to this chapter */
  async waitForPause(run: string, { clusterService }: Process, past = 0): Promise<number | undefined> {
    for (let i = 0; i < 10_000; i++) {
      const after = (await clusterService.getRunView(run))?.pausedAfterChapter;
      if (after !== undefined && after > past) return after;
      if (!(await this.store.read('run', run))?.value.open) return undefined;
      await this.clock.sleep(250, new AbortController().signal);
    }
    throw new Error(`run ${run} neither pauses nor ends: ${await this.describeLastEvents(run)}`);
  }

  /** Continues at every pause until the run finishes. */
  async continueAllPauses(run: string, process: Process): Promise<void> {
    for (let past = 0; ; ) {
      const chapter = await this.waitForPause(run, process, past);
      if (chapter === undefined) return;
      await process.clusterService.continueRun(run, chapter, this.requester, 'continue');
      past = chapter;
    }
  }
}
