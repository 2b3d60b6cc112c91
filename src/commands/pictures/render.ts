import { createRequire } from 'node:module';
import { fontFamily } from './svg.ts';

const faces = ['400Regular', '600SemiBold'];
/** Pixels of the picture for one of the drawing: sharp on a telephone. */
const zoom = 2;
/** One after the other, so that many runs that end together do not fill the memory. */
let busy: Promise<unknown> = Promise.resolve();

/** A drawing as PNG. The renderer is loaded when it is first needed, and works beside the main thread. */
export async function rendered(svg: string): Promise<Uint8Array> {
  const before = busy;
  const picture = before.then(() => render(svg));
  busy = picture.catch(() => undefined);
  return await picture;
}

async function render(svg: string): Promise<Uint8Array> {
  const { renderAsync } = await import('@resvg/resvg-js');
  const { resolve } = createRequire(import.meta.url);
  const image = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: zoom },
    font: {
      fontFiles: faces.map((face) => resolve(`@expo-google-fonts/inter/${face}/Inter_${face}.ttf`)),
      // What a picture looks like does not hang on the machine that draws it.
      loadSystemFonts: false,
      defaultFontFamily: fontFamily,
    },
  });
  return image.asPng();
}
