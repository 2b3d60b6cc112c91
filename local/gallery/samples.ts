import { questionSamples } from './samples/approvals.ts';
import { pictureSamples } from './samples/charts.ts';
import { machineSamples } from './samples/doctor.ts';
import { faultSamples } from './samples/errors.ts';
import { formSamples } from './samples/forms.ts';
import { homeSamples } from './samples/home.ts';
import { pauseSamples } from './samples/pauses.ts';
import { hardWaySamples } from './samples/phase-commands.ts';
import { answerSamples } from './samples/replies.ts';
import { runSamples } from './samples/runs.ts';
import type { Sample } from './samples/sample.ts';

export type { Sample };

/** Everything that people meet in Slack, in each of its states: the gallery shows it, and the tests of messages check it. */
export const samples: readonly Sample[] = [
  ...runSamples,
  ...pictureSamples,
  ...hardWaySamples,
  ...pauseSamples,
  ...questionSamples,
  ...faultSamples,
  ...answerSamples,
  ...formSamples,
  ...homeSamples,
  ...machineSamples,
];
