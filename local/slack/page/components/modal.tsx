import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { View } from '../../model/view.ts';
import { type Acted, act } from '../app/local-api-client.ts';
import type { Entered, Text } from '../block-kit/block-kit-types.ts';
import { Blocks } from '../block-kit/blocks.tsx';
import { TextObject } from '../block-kit/library-blocks.tsx';
import { type Surface, SurfaceProvider } from '../block-kit/surface.ts';
import { Dialog } from './dialog.tsx';

interface ModalProps {
  readonly as: string;
  readonly view: View;
  /** What was entered in this view before another came on top of it. */
  readonly begun: Entered;
  keep(entered: Entered): void;
}

/** The modal on top of a person's stack. What is entered stays while the bot changes the view around it. */
export function Modal({ as, view, begun, keep }: ModalProps) {
  const [entered, setEntered] = useState<Entered>(begun);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => keep(entered), [entered, keep]);
  useEffect(() => {
    if (Object.keys(errors).length === 0) return;
    form.current?.querySelector<HTMLElement>('.field.wrong :is(input, select, textarea)')?.focus();
  }, [errors]);

  /** Says what came of something that was asked of the bot. */
  const told = async (asked: Promise<{ ack: Acted }>) => {
    try {
      const { ack } = await asked;
      setErrors(ack.errors ?? {});
      setProblem(ack.ok || ack.errors ? '' : `The app did not answer as expected (${ack.error}). Try again.`);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const surface: Surface = {
    entered,
    errors,
    enter(block, control, value) {
      const id = block.block_id ?? '';
      setEntered((all) => ({ ...all, [id]: { ...all[id], [control.action_id]: value } }));
    },
    async act(block, control, value) {
      const id = block.block_id ?? '';
      // What was just chosen is not in the state of this drawing yet.
      const isPress = control.type === 'button' || control.type === 'overflow';
      const values = isPress || value === undefined ? entered : withValue(entered, id, control.action_id, value);
      await told(act('click', { as, viewId: view.id, actionId: control.action_id, blockId: id, value, values }));
    },
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    await told(act('submit', { as, viewId: view.id, values: entered }));
    setBusy(false);
  };
  const close = (all: boolean) =>
    void told(act('close', { as, viewId: view.id, all }).then(() => ({ ack: { ok: true } })));
  const { title, submit: submitText, close: closeText } = view as { title?: Text; submit?: Text; close?: Text };
  return (
    <Dialog title={title ? <TextObject text={title} /> : ''} close={() => close(true)}>
      <form ref={form} noValidate onSubmit={(event) => void submit(event)}>
        <SurfaceProvider value={surface}>
          <div className="dialog-body">
            <Blocks blocks={view.blocks} />
          </div>
        </SurfaceProvider>
        {problem && (
          <div className="problem" role="alert">
            {problem}
          </div>
        )}
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={() => close(false)}>
            {closeText ? <TextObject text={closeText} /> : 'Close'}
          </button>
          {submitText && (
            <button type="submit" className="button primary" aria-busy={busy}>
              <TextObject text={submitText} />
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

function withValue(entered: Entered, block: string, action: string, value: Entered[string][string]): Entered {
  return { ...entered, [block]: { ...entered[block], [action]: value } };
}
