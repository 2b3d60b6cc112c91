import { useEffect, useState } from 'react';
import type { View } from '../../model/view.ts';
import { performAction } from '../app/local-api-client.ts';
import type { InputValues } from '../block-kit/block-kit-types.ts';
import { Blocks } from '../block-kit/blocks.tsx';
import { type Surface, SurfaceProvider } from '../block-kit/surface.ts';
import { useNotices } from './notices.tsx';

/** Shows the Home tab that the bot last published for this user. Opening it sends `app_home_opened` to the bot. */
export function HomeTab({ as, view }: { as: string; view: View | null | undefined }) {
  const notices = useNotices();
  const [inputValues, setInputValues] = useState<InputValues>({});
  useEffect(() => {
    void notices.reportErrors(() => performAction('home', { as }).then(() => {}));
  }, [as, notices]);
  const surface: Surface = {
    inputValues,
    onInput: (block, control, value) =>
      setInputValues((all) => {
        const id = block.block_id ?? '';
        return { ...all, [id]: { ...all[id], [control.action_id]: value } };
      }),
    async onAction(block, control, value) {
      if (!view) return;
      await notices.reportErrors(async () => {
        const click = { as, viewId: view.id, actionId: control.action_id, blockId: block.block_id, value };
        const { ack } = await performAction('click', { ...click, values: inputValues });
        if (!ack.ok) throw new Error(`The app did not respond: ${ack.error}`);
      });
    },
  };
  return (
    <div className="home">
      {view ? (
        <SurfaceProvider value={surface}>
          <Blocks blocks={view.blocks} />
        </SurfaceProvider>
      ) : (
        <p className="empty">{view === null ? 'The app has not published its Home tab yet.' : ''}</p>
      )}
    </div>
  );
}
