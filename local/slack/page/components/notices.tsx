import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

interface ErrorNotices {
  /** Runs a task and shows its error, if any. Never rejects. @returns whether the task succeeded */
  reportErrors(work: () => Promise<void>): Promise<boolean>;
}

const displayMs = 7_000;
const NoticesContext = createContext<ErrorNotices>({ reportErrors: async () => false });

/** Shows errors in a corner of the page for a few seconds. */
export function Notices({ children }: { children: ReactNode }) {
  const [visible, setVisible] = useState<readonly { readonly id: number; readonly text: string }[]>([]);
  const context = useMemo<ErrorNotices>(
    () => ({
      async reportErrors(work) {
        try {
          await work();
          return true;
        } catch (error) {
          const id = performance.now();
          setVisible((all) => [...all, { id, text: (error as Error).message }]);
          setTimeout(() => setVisible((all) => all.filter((one) => one.id !== id)), displayMs);
          return false;
        }
      },
    }),
    [],
  );
  return (
    <NoticesContext value={context}>
      {children}
      <div className="notices" role="status">
        {visible.map(({ id, text }) => (
          <div className="notice" key={id}>
            {text}
          </div>
        ))}
      </div>
    </NoticesContext>
  );
}

export function useNotices(): ErrorNotices {
  return useContext(NoticesContext);
}
