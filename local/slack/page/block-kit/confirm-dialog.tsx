import { Dialog } from '../components/dialog.tsx';
import type { Confirm } from './block-kit-types.ts';
import { TextObject } from './library-blocks.tsx';

/** Asks as a confirm object says; Esc says no. */
export function ConfirmDialog({ ask, answer }: { ask: Confirm; answer(yes: boolean): void }) {
  return (
    <Dialog title={<TextObject text={ask.title} />} close={() => answer(false)} small>
      <div className="dialog-body">
        <TextObject text={ask.text} />
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={() => answer(false)}>
          <TextObject text={ask.deny} />
        </button>
        <button type="button" className={`button ${ask.style ?? 'primary'}`} onClick={() => answer(true)}>
          <TextObject text={ask.confirm} />
        </button>
      </footer>
    </Dialog>
  );
}
