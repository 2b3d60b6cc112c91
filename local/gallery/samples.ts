import { answerSamples } from './samples/answers.ts';
import { faultSamples } from './samples/faults.ts';
import { formSamples } from './samples/forms.ts';
import { hardWaySamples } from './samples/hard-way.ts';
import { homeSamples } from './samples/home.ts';
import { machineSamples } from './samples/machines.ts';
import { pauseSamples } from './samples/pauses.ts';
import { pictureSamples } from './samples/pictures.ts';
import { questionSamples } from './samples/questions.ts';
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
