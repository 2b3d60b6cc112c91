import { useState } from 'react';
import type { ShownFile } from '../app/api-types.ts';
import { useNames } from '../app/directory.ts';
import { fileUrl, look } from '../app/local-api-client.ts';
import { Icon } from '../components/icon.tsx';

interface Preview {
  readonly text: string | null;
  readonly cut: boolean;
}

/** A file under a message: a picture is shown, a text on demand, and everything can be downloaded. */
export function FileCard({ file }: { file: ShownFile }) {
  const { me } = useNames();
  const [preview, setPreview] = useState<Preview>();
  const isImage = /^image\/(png|jpeg|gif)$/.test(file.mimetype);
  const isText = file.mimetype === 'text/plain' || file.mimetype === 'application/json';
  const toggle = async () => setPreview(preview ? undefined : await look<Preview>('preview', { as: me, id: file.id }));
  const title = file.title || file.name;
  return (
    <figure className="file">
      {isImage && (
        <a className="file-image" href={fileUrl(me, file.id, 'inline')} target="_blank" rel="noreferrer">
          <img src={fileUrl(me, file.id, 'inline')} alt={file.alt_txt ?? title} />
        </a>
      )}
      <figcaption className="file-row">
        <span className="file-icon">
          <Icon name={isImage ? 'image' : 'file'} />
        </span>
        <span className="file-name">
          <strong>{title}</strong>
          <span className="muted">
            {title === file.name ? '' : `${file.name} · `}
            {sizeOf(file.size)}
          </span>
        </span>
        {isText && (
          <button type="button" className="button quiet" aria-expanded={Boolean(preview)} onClick={() => void toggle()}>
            {preview ? 'Hide' : 'Preview'}
          </button>
        )}
        <a className="button quiet" href={fileUrl(me, file.id, 'download')} download={file.name}>
          <Icon name="download" /> Download
        </a>
      </figcaption>
      {preview && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        <pre className="file-text" tabIndex={0}>
          {preview.text ?? '(this is no text)'}
          {preview.cut && '\n… (cut)'}
        </pre>
      )}
    </figure>
  );
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
