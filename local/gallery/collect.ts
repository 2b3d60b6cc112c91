import { seed } from '../slack/create-seed-data.ts';
import { samples } from './samples.ts';

/** Every sample as JSON on standard output, with its picture as base64. A process of its own sees what was just written. */
const { people, channels, groups } = seed('kthw');
const shown = await Promise.all(
  samples.map(async ({ picture, ...sample }) => ({
    ...sample,
    ...(picture ? { picture: Buffer.from(await picture()).toString('base64') } : {}),
  })),
);
process.stdout.write(JSON.stringify({ names: { me: '', people, channels, groups }, samples: shown }));
