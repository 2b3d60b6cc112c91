import { startGallery } from './gallery.ts';

// Samples are rendered on every page load, so a reload shows edited code.
const gallery = await startGallery(3002);
console.log(`\nOpen ${gallery.url} to see all messages. Press Ctrl-C to stop.\n`);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void gallery.close());
