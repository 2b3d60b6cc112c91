import { useState } from 'react';
import type { ControlProps } from './control-element.tsx';
import { TextObject } from './library-blocks.tsx';
import { isSafeUrl } from './parse-mrkdwn.ts';

/** A button: disabled until the bot has responded. Link buttons also open their URL. */
export function ButtonElement({ control, onAction }: ControlProps) {
  const [isBusy, setIsBusy] = useState(false);
  const onPress = async () => {
    if (control.url && isSafeUrl(control.url)) window.open(control.url, '_blank', 'noreferrer,noopener');
    setIsBusy(true);
    await onAction(control.value).finally(() => setIsBusy(false));
  };
  return (
    <button
      type="button"
      className={`button ${control.style ?? ''}`}
      aria-busy={isBusy}
      aria-label={control.accessibility_label}
      onClick={() => void onPress()}
      data-action={control.action_id}
    >
      {control.text && <TextObject text={control.text} />}
    </button>
  );
}
