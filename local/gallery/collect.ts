import { createSeedData } from '../slack/create-seed-data.ts';
import { samples } from './samples.ts';

/** Prints all samples as JSON, charts as base64. It runs as a child process, so that a reload of the page shows edited code. */
const { people, channels, groups } = createSeedData('kthw');
const collectedSamples = await Promise.all(
  samples.map(async ({ renderChart, isLive: _, ...sample }) => ({
    ...sample,
    ...(renderChart ? { picture: Buffer.from(await renderChart()).toString('base64') } : {}),
  })),
);
process.stdout.write(JSON.stringify({ names: { me: '', people, channels, groups }, samples: collectedSamples }));
