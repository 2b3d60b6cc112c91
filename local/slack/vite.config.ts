import { join } from 'node:path';
import { defineConfig } from 'vite';

/** Two pages, the workspace and the gallery, from what is on this machine alone. */
export default defineConfig({
  root: join(import.meta.dirname, 'page'),
  // Nothing is inlined: the page's policy lets only files of its own run and style.
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2_000,
    rolldownOptions: { input: { index: 'index.html', gallery: 'gallery.html' } },
  },
});
