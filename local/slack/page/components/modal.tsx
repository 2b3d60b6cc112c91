import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { View } from '../../model/view.ts';
import { type ActionResult, performAction } from '../app/local-api-client.ts';
import type { InputValues, Text } from '../block-kit/block-kit-types.ts';
import { Blocks } from '../block-kit/blocks.tsx';
import { TextObject } from '../block-kit/library-blocks.tsx';
import { type Surface, SurfaceProvider } from '../block-kit/surface.ts';
import { Dialog } from './dialog.tsx';

interface ModalProps {
  readonly as: string;
  readonly view: View;
  /** Input of this view from before another view was pushed on top. */
  readonly initialValues: InputValues;
  saveValues(inputValues: InputValues): void;
}

/** Shows the top modal of a user's stack. Input survives updates of the view by the bot. */
export function Modal({ as, view, initialValues, saveValues }: ModalProps) {
  const [inputValues, setInputValues] = useState<InputValues>(initialValues);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState('');
  const [isSubmitting, setIsSubmitting] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => saveValues(inputValues), [inputValues, saveValues]);
  useEffect(() => {
    if (Object.keys(errors).length === 0) return;
    form.current?.querySelector<HTMLElement>('.field.wrong :is(input, select, textarea)')?.focus();
  }, [errors]);

  /** Shows the outcome of a request to the bot. */
  const showResult = async (request: Promise<{ ack: ActionResult }>) => {
    try {
      const { ack } = await request;
      setErrors(ack.errors ?? {});
      setProblem(ack.ok || ack.errors ? '' : `The app returned an error (${ack.error}). Try again.`);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const surface: Surface = {
    inputValues,
    errors,
    onInput(block, control, value) {
      const id = block.block_id ?? '';
      setInputValues((all) => ({ ...all, [id]: { ...all[id], [control.action_id]: value } }));
    },
    async onAction(block, control, value) {
      const id = block.block_id ?? '';
      // React state does not contain the latest choice until the next render.
      const isButton = control.type === 'button' || control.type === 'overflow';
      const values =
        isButton || value === undefined ? inputValues : withValue(inputValues, id, control.action_id, value);
      await showResult(
        performAction('click', { as, viewId: view.id, actionId: control.action_id, blockId: id, value, values }),
      );
    },
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsSubmitting(true);
    await showResult(performAction('submit', { as, viewId: view.id, values: inputValues }));
    setIsSubmitting(false);
  };
  const close = (all: boolean) =>
    void showResult(performAction('close', { as, viewId: view.id, all }).then(() => ({ ack: { ok: true } })));
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
            <button type="submit" className="button primary" aria-busy={isSubmitting}>
              <TextObject text={submitText} />
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

function withValue(
  inputValues: InputValues,
  block: string,
  action: string,
  value: InputValues[string][string],
): InputValues {
  return { ...inputValues, [block]: { ...inputValues[block], [action]: value } };
}
