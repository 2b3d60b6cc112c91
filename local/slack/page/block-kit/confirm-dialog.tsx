import { Dialog } from '../components/dialog.tsx';
import type { Confirm } from './block-kit-types.ts';
import { TextObject } from './library-blocks.tsx';

/** Shows a confirm object. Esc denies. */
export function ConfirmDialog({ confirm, onAnswer }: { confirm: Confirm; onAnswer(isConfirmed: boolean): void }) {
  return (
    <Dialog title={<TextObject text={confirm.title} />} close={() => onAnswer(false)} small>
      <div className="dialog-body">
        <TextObject text={confirm.text} />
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={() => onAnswer(false)}>
          <TextObject text={confirm.deny} />
        </button>
        <button type="button" className={`button ${confirm.style ?? 'primary'}`} onClick={() => onAnswer(true)}>
          <TextObject text={confirm.confirm} />
        </button>
      </footer>
    </Dialog>
  );
}
