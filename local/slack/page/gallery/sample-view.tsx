import type { Block } from '../../model/view.ts';
import type { ApiMessage } from '../app/api-types.ts';
import type { Text } from '../block-kit/block-kit-types.ts';
import { Blocks } from '../block-kit/blocks.tsx';
import { TextObject } from '../block-kit/library-blocks.tsx';
import { Message } from '../message/message.tsx';

/** A sample as the gallery server returns it. */
export interface GallerySample {
  readonly group: string;
  readonly name: string;
  readonly surface: 'message' | 'modal' | 'home' | 'ephemeral';
  readonly message: SampleViewData | Pick<ApiMessage, 'text' | 'blocks'>;
  /** URL of its image. */
  readonly picture?: string;
}

interface SampleViewData {
  readonly type: 'modal' | 'home';
  readonly title?: Text;
  readonly submit?: Text;
  readonly close?: Text;
  readonly blocks: readonly Block[];
}

const botUserId = 'U0000BOT0';
const sampleTs = '1772366400.000100';
const noop = async () => {};

/** Shows a sample on its surface. Clicks have no effect. */
export function SampleView({ sample }: { sample: GallerySample }) {
  return (
    <article className="sample" aria-label={sample.name}>
      <h2>
        {sample.name}
        {sample.surface !== 'message' && <span className="muted"> · {sample.surface}</span>}
      </h2>
      <div className={`sample-surface on-${sample.surface}`}>
        {'type' in sample.message ? (
          <ViewSample view={sample.message} />
        ) : (
          <MessageSample sample={sample} message={sample.message} />
        )}
      </div>
    </article>
  );
}

function MessageSample({ sample, message }: { sample: GallerySample; message: Pick<ApiMessage, 'text' | 'blocks'> }) {
  const apiMessage = { ts: sampleTs, user: botUserId, ...message, is_ephemeral: sample.surface === 'ephemeral' };
  return (
    <Message message={apiMessage} onAction={noop}>
      {sample.picture && (
        <figure className="file">
          <img className="sample-picture" src={sample.picture} alt={sample.name} />
        </figure>
      )}
    </Message>
  );
}

function ViewSample({ view }: { view: SampleViewData }) {
  if (view.type === 'home') return <Blocks blocks={view.blocks} />;
  return (
    <>
      <header className="dialog-head">
        <h2>{view.title && <TextObject text={view.title} />}</h2>
      </header>
      <div className="dialog-body">
        <Blocks blocks={view.blocks} />
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button">
          {view.close ? <TextObject text={view.close} /> : 'Close'}
        </button>
        {view.submit && (
          <button type="button" className="button primary">
            <TextObject text={view.submit} />
          </button>
        )}
      </footer>
    </>
  );
}
