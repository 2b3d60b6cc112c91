import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

interface ErrorNotices {
  /** Does something, and says what went wrong with it. Ends well either way. @returns whether it went well */
  reportErrors(work: () => Promise<void>): Promise<boolean>;
}

const displayMs = 7_000;
const NoticesContext = createContext<ErrorNotices>({ reportErrors: async () => false });

/** Where what went wrong is said for a while, in a corner. */
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
