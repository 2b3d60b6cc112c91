import { useState } from 'react';
import type { ControlProps } from './control-element.tsx';
import { TextObject } from './library-blocks.tsx';
import { isSafeUrl } from './parse-mrkdwn.ts';

/** A button: busy until the bot has answered. One with an address opens it as well. */
export function ButtonElement({ control, tell }: ControlProps) {
  const [busy, setBusy] = useState(false);
  const press = async () => {
    if (control.url && isSafeUrl(control.url)) window.open(control.url, '_blank', 'noreferrer,noopener');
    setBusy(true);
    await tell(control.value).finally(() => setBusy(false));
  };
  return (
    <button
      type="button"
      className={`button ${control.style ?? ''}`}
      aria-busy={busy}
      aria-label={control.accessibility_label}
      onClick={() => void press()}
      data-action={control.action_id}
    >
      {control.text && <TextObject text={control.text} />}
    </button>
  );
}
