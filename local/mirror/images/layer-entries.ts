import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayerEntry } from './layer.ts';

const passwd = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n';
const group = 'root:x:0:\nnogroup:x:65534:\n';

/**
 * Root file system shared by all images: one static busybox and a link for each of its applets.
 * `applets` is the output of `busybox --list-full`.
 */
export function buildBusyboxEntries(busybox: Buffer, applets: readonly string[]): LayerEntry[] {
  const folders = [
    'bin',
    'sbin',
    'usr',
    'usr/bin',
    'usr/sbin',
    'etc',
    'proc',
    'sys',
    'dev',
    'run',
    'root',
    'var',
    'var/www',
  ];
  const programs = applets.filter(
    (path) => path !== 'bin/busybox' && folders.includes(path.slice(0, path.lastIndexOf('/'))),
  );
  return [
    ...folders.map((path) => ({ path, kind: 'folder' }) as const),
    { path: 'tmp', kind: 'folder', mode: 0o1777 },
    { path: 'bin/busybox', kind: 'file', content: busybox, mode: 0o755 },
    ...programs.map((path) => ({ path, kind: 'link', target: '/bin/busybox' }) as const),
    { path: 'etc/passwd', kind: 'file', content: passwd },
    { path: 'etc/group', kind: 'file', content: group },
  ];
}

/** Sleeps forever, reaps orphans (as process 1 of a pod must), and exits at once on a signal. */
export const pauseEntries: readonly LayerEntry[] = [
  {
    path: 'pause',
    kind: 'file',
    mode: 0o755,
    content: "#!/bin/sh\ntrap 'exit 0' TERM INT\nwhile :; do\n  sleep 2147483647 &\n  wait $!\ndone\n",
  },
];

const nginxConfiguration = `user nobody nogroup;
worker_processes 1;
error_log stderr;
events {}
http {
  default_type application/octet-stream;
  types { text/html html; text/plain txt; text/css css; application/javascript js; }
  access_log /dev/stdout;
  server {
    listen 80;
    root /usr/share/nginx/html;
  }
}
`;

const indexPage =
  '<!DOCTYPE html>\n<title>Welcome to nginx!</title>\n<h1>Welcome to nginx!</h1>\n<p>It runs on the cluster that you made the hard way.</p>\n';

const libraries = [
  'lib/x86_64-linux-gnu/libc.so.6',
  'lib/x86_64-linux-gnu/libcrypt.so.1',
  'lib/x86_64-linux-gnu/libz.so.1',
  'usr/lib/x86_64-linux-gnu/libpcre2-8.so.0',
  'usr/lib/x86_64-linux-gnu/libssl.so.3',
  'usr/lib/x86_64-linux-gnu/libcrypto.so.3',
] as const;

/** Debian's nginx and its shared libraries, from `root`, the tree of unpacked packages. */
export async function buildNginxEntries(root: string): Promise<LayerEntry[]> {
  const folders = [
    'lib',
    'lib/x86_64-linux-gnu',
    'lib64',
    'usr',
    'usr/lib',
    'usr/lib/x86_64-linux-gnu',
    'usr/sbin',
    'usr/share',
  ];
  const more = [
    'usr/share/nginx',
    'usr/share/nginx/html',
    'etc',
    'etc/nginx',
    'var',
    'var/lib',
    'var/lib/nginx',
    'var/log',
    'var/log/nginx',
  ];
  const readProgram = async (path: string, from = path): Promise<LayerEntry> => {
    return { path, kind: 'file', mode: 0o755, content: await readFile(join(root, from)) };
  };
  return [
    ...[...folders, ...more].map((path) => ({ path, kind: 'folder' }) as const),
    ...(await Promise.all(libraries.map((path) => readProgram(path)))),
    await readProgram('lib64/ld-linux-x86-64.so.2', 'lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'),
    await readProgram('usr/sbin/nginx'),
    { path: 'etc/nginx/nginx.conf', kind: 'file', content: nginxConfiguration },
    { path: 'usr/share/nginx/html/index.html', kind: 'file', content: indexPage },
  ];
}
