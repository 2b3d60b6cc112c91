import { join } from 'node:path';
import { defineConfig } from 'vite';

/** Builds two pages, the workspace and the gallery, without network access. */
export default defineConfig({
  root: join(import.meta.dirname, 'page'),
  // Inlining is off: the page's content security policy allows only its own script and style files.
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2_000,
    rolldownOptions: { input: { index: 'index.html', gallery: 'gallery.html' } },
  },
});
