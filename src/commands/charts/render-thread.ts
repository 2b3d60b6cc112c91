import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { Resvg } from '@resvg/resvg-js';
import { fontFamily } from './svg.ts';

const fontFaces = ['400Regular', '600SemiBold'];
/** Pixels of the picture for one of the drawing: sharp on a telephone, and no larger than Slack shows. */
const zoom = 1.5;

const { resolve } = createRequire(import.meta.url);
const image = new Resvg(String(workerData), {
  fitTo: { mode: 'zoom', value: zoom },
  font: {
    fontFiles: fontFaces.map((face) => resolve(`@expo-google-fonts/inter/${face}/Inter_${face}.ttf`)),
    // What a picture looks like does not hang on the machine that draws it.
    loadSystemFonts: false,
    defaultFontFamily: fontFamily,
  },
}).render();
// A copy: the renderer's own memory goes with this thread.
parentPort?.postMessage(new Uint8Array(image.asPng()));
