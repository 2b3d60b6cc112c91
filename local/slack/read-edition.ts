import { type Edition, editions } from './slack-emulator-options.ts';

/** Reads the kind of workspace from `KTHW_SLACK_EDITION`. @throws Error that lists the kinds */
export function readEdition({ KTHW_SLACK_EDITION: value = 'plain' }: NodeJS.ProcessEnv): Edition {
  const edition = editions.find((one) => one === value);
  if (!edition) throw new Error(`KTHW_SLACK_EDITION must be one of ${editions.join(', ')}`);
  return edition;
}
