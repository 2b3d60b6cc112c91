import { useEffect, useState } from 'react';
import type { View } from '../../model/view.ts';
import { act } from '../app/local-api-client.ts';
import type { Entered } from '../block-kit/block-kit-types.ts';
import { Blocks } from '../block-kit/blocks.tsx';
import { type Surface, SurfaceProvider } from '../block-kit/surface.ts';
import { useNotice } from './notices.tsx';

/** The app's Home tab, as the bot last published it for this person. The bot is told that it was opened. */
export function Home({ as, view }: { as: string; view: View | null | undefined }) {
  const notice = useNotice();
  const [entered, setEntered] = useState<Entered>({});
  useEffect(() => {
    void notice.of(() => act('home', { as }).then(() => {}));
  }, [as, notice]);
  const surface: Surface = {
    entered,
    enter: (block, control, value) =>
      setEntered((all) => {
        const id = block.block_id ?? '';
        return { ...all, [id]: { ...all[id], [control.action_id]: value } };
      }),
    async act(block, control, value) {
      if (!view) return;
      await notice.of(async () => {
        const press = { as, viewId: view.id, actionId: control.action_id, blockId: block.block_id, value };
        const { ack } = await act('click', { ...press, values: entered });
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
