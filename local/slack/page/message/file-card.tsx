import { useState } from 'react';
import type { ApiFile } from '../app/api-types.ts';
import { useDirectory } from '../app/directory.ts';
import { buildFileUrl, fetchQuery } from '../app/local-api-client.ts';
import { Icon } from '../components/icon.tsx';

interface Preview {
  readonly text: string | null;
  readonly truncated: boolean;
}

/** A file below a message. Images are shown, text files expand on click, all files can be downloaded. */
export function FileCard({ file }: { file: ApiFile }) {
  const { me } = useDirectory();
  const [preview, setPreview] = useState<Preview>();
  const isImage = /^image\/(png|jpeg|gif)$/.test(file.mimetype);
  const isText = file.mimetype === 'text/plain' || file.mimetype === 'application/json';
  const toggle = async () =>
    setPreview(preview ? undefined : await fetchQuery<Preview>('preview', { as: me, id: file.id }));
  const title = file.title || file.name;
  return (
    <figure className="file">
      {isImage && (
        <a className="file-image" href={buildFileUrl(me, file.id, 'inline')} target="_blank" rel="noreferrer">
          <img src={buildFileUrl(me, file.id, 'inline')} alt={file.alt_txt ?? title} />
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
            {formatSize(file.size)}
          </span>
        </span>
        {isText && (
          <button type="button" className="button quiet" aria-expanded={Boolean(preview)} onClick={() => void toggle()}>
            {preview ? 'Hide' : 'Preview'}
          </button>
        )}
        <a className="button quiet" href={buildFileUrl(me, file.id, 'download')} download={file.name}>
          <Icon name="download" /> Download
        </a>
      </figcaption>
      {preview && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        <pre className="file-text" tabIndex={0}>
          {preview.text ?? '(binary file)'}
          {preview.truncated && '\n… (truncated)'}
        </pre>
      )}
    </figure>
  );
}

function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
