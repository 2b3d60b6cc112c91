import { type ReactNode, useEffect, useRef } from 'react';
import { Icon } from './icon.tsx';

interface DialogProps {
  readonly title: ReactNode;
  /** Esc, or its cross. */
  close(): void;
  readonly small?: boolean;
  readonly children: ReactNode;
}

/** The browser's own modal dialog: it holds the keyboard, and gives it back where it was. */
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
