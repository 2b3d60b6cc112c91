import { type ReactNode, useEffect, useRef } from 'react';
import { Icon } from './icon.tsx';

interface DialogProps {
  readonly title: ReactNode;
  /** Called on Esc and on a click of the close button. */
  close(): void;
  readonly small?: boolean;
  readonly children: ReactNode;
}

/** The browser's native modal dialog: traps the focus and restores it on close. */
export function Dialog({ title, close, small = false, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    if (!current?.open) current?.showModal();
    const focusTarget = current?.querySelector<HTMLElement>('[data-focus="true"]');
    const firstField = current?.querySelector<HTMLElement>('.dialog-body :is(input, select, textarea)');
    (focusTarget ?? firstField)?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={small ? 'dialog small' : 'dialog'}
      onCancel={(event) => {
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <header className="dialog-head">
        <h2>{title}</h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  );
}
