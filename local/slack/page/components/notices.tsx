import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

interface Notice {
  /** Does something, and says what went wrong with it. Ends well either way. @returns whether it went well */
  of(work: () => Promise<void>): Promise<boolean>;
}

const shownMs = 7_000;
const NoticeContext = createContext<Notice>({ of: async () => false });

/** Where what went wrong is said for a while, in a corner. */
export function Notices({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<readonly { readonly id: number; readonly text: string }[]>([]);
  const notice = useMemo<Notice>(
    () => ({
      async of(work) {
        try {
          await work();
          return true;
        } catch (error) {
          const id = performance.now();
          setShown((all) => [...all, { id, text: (error as Error).message }]);
          setTimeout(() => setShown((all) => all.filter((one) => one.id !== id)), shownMs);
          return false;
        }
      },
    }),
    [],
  );
  return (
    <NoticeContext value={notice}>
      {children}
      <div className="notices" role="status">
        {shown.map(({ id, text }) => (
          <div className="notice" key={id}>
            {text}
          </div>
        ))}
      </div>
    </NoticeContext>
  );
}

export function useNotice(): Notice {
  return useContext(NoticeContext);
}
