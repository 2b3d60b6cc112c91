import { createSeedData } from '../slack/create-seed-data.ts';
import { samples } from './samples.ts';

/** Every sample as JSON on standard output, with its picture as base64. A process of its own sees what was just written. */
const { people, channels, groups } = createSeedData('kthw');
const collectedSamples = await Promise.all(
  samples.map(async ({ renderChart, ...sample }) => ({
    ...sample,
    ...(renderChart ? { picture: Buffer.from(await renderChart()).toString('base64') } : {}),
  })),
);
process.stdout.write(JSON.stringify({ names: { me: '', people, channels, groups }, samples: collectedSamples }));
