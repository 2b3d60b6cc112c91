import { Dialog } from '../frame/dialog.tsx';
import { TextObject } from './library.tsx';
import type { Confirm } from './shapes.ts';

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
