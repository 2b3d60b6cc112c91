import { approvalSamples } from './samples/approvals.ts';
import { chartSamples } from './samples/charts.ts';
import { doctorSamples } from './samples/doctor.ts';
import { errorSamples } from './samples/errors.ts';
import { expirySamples } from './samples/expiry.ts';
import { formSamples } from './samples/forms.ts';
import { helpSamples } from './samples/help.ts';
import { homeSamples } from './samples/home.ts';
import { kubeconfigSamples } from './samples/kubeconfigs.ts';
import { pauseSamples } from './samples/pauses.ts';
import { phaseCommandsSamples } from './samples/phase-commands.ts';
import { replySamples } from './samples/replies.ts';
import { runSamples } from './samples/runs.ts';
import { type MessageName, renderSamples, type Sample, type SampleCatalogue } from './samples/sample.ts';
import { statusSamples } from './samples/status.ts';

const sampleCatalogue = {
  ...runSamples,
  ...chartSamples,
  ...phaseCommandsSamples,
  ...pauseSamples,
  ...approvalSamples,
  ...errorSamples,
  ...statusSamples,
  ...helpSamples,
  ...kubeconfigSamples,
  ...expirySamples,
  ...replySamples,
  ...formSamples,
  ...homeSamples,
  ...doctorSamples,
} satisfies SampleCatalogue;

/** Every message, modal and Home tab in each of its states: the gallery shows them, tests check them. */
export const samples: readonly Sample[] = (Object.keys(sampleCatalogue) as MessageName[]).flatMap((name) =>
  renderSamples(name, (sampleCatalogue as SampleCatalogue)[name]),
);
