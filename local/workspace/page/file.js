import { h } from './dom.js';
import { fileUrl, look } from './server.js';

/** A file under a message: name, size, a way to download it, and a look inside when it is text or an image. */
export function renderFile(file, me) {
  const isImage = /^image\/(png|jpeg|gif)$/.test(file.mimetype);
  const preview = h('div.preview');
  const show = async ({ currentTarget }) => {
    currentTarget.remove();
    const { text, cut } = await look('preview', { as: me, id: file.id });
    preview.append(h('pre', {}, text ?? '(not a text)', cut && '\n… (cut)'));
  };
  const isText = file.mimetype === 'text/plain' || file.mimetype === 'application/json';
  return h(
    'div.file',
    {},
    h(
      'div.file-row',
      {},
      h('span.file-icon', { 'aria-hidden': 'true' }, isImage ? '🖼' : '📄'),
      h(
        'div.file-name',
        {},
        h('strong', {}, file.title || file.name),
        h('div.muted.small', {}, `${file.name} · ${size(file.size)}`),
      ),
      isText && h('button.button', { type: 'button', onclick: show }, 'Preview'),
      h('a.button', { href: fileUrl(me, file.id), download: file.name }, 'Download'),
    ),
    isImage && h('img.file-image', { src: fileUrl(me, file.id, true), alt: file.title || file.name }),
    preview,
  );
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
