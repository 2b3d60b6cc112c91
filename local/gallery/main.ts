import { startGallery } from './gallery.ts';

// Until Ctrl-C. The samples are read anew at each look, so that a page that is loaded again shows what was just written.
const gallery = await startGallery(3002);
console.log(`\nOpen ${gallery.url} to see every message in every state; Ctrl-C ends it.\n`);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void gallery.close());
