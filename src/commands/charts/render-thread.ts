import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { Resvg } from '@resvg/resvg-js';
import { fontFamily } from './card.ts';

const fontFaces = ['400Regular', '600SemiBold'];
/** Output pixels per SVG unit: sharp on a phone, and no larger than Slack displays. */
const zoom = 1.5;

const { resolve } = createRequire(import.meta.url);
const image = new Resvg(String(workerData), {
  fitTo: { mode: 'zoom', value: zoom },
  font: {
    fontFiles: fontFaces.map((face) => resolve(`@expo-google-fonts/inter/${face}/Inter_${face}.ttf`)),
    // Keeps the output independent of the host's fonts.
    loadSystemFonts: false,
    defaultFontFamily: fontFamily,
  },
}).render();
// A copy, because the renderer's memory is freed with this thread.
parentPort?.postMessage(new Uint8Array(image.asPng()));
