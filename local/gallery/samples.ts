import { approvalSamples } from './samples/approvals.ts';
import { chartSamples } from './samples/charts.ts';
import { doctorSamples } from './samples/doctor.ts';
import { errorSamples } from './samples/errors.ts';
import { formSamples } from './samples/forms.ts';
import { homeSamples } from './samples/home.ts';
import { pauseSamples } from './samples/pauses.ts';
import { phaseCommandsSamples } from './samples/phase-commands.ts';
import { replySamples } from './samples/replies.ts';
import { runSamples } from './samples/runs.ts';
import type { Sample } from './samples/sample.ts';

export type { Sample };

/** Everything that people meet in Slack, in each of its states: the gallery shows it, and the tests of messages check it. */
export const samples: readonly Sample[] = [
  ...runSamples,
  ...chartSamples,
  ...phaseCommandsSamples,
  ...pauseSamples,
  ...approvalSamples,
  ...errorSamples,
  ...replySamples,
  ...formSamples,
  ...homeSamples,
  ...doctorSamples,
];
