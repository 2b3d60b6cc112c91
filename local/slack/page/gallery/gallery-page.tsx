import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Names } from '../app/directory.ts';
import { NamesProvider } from '../app/directory.ts';
import { useTheme } from '../app/use-theme.ts';
import { ThemeButton } from '../components/theme-button.tsx';
import { type Shown, ShownSample } from './sample-view.tsx';

interface Gallery {
  readonly names: Names;
  readonly samples: readonly Shown[];
}

/** Every message in every state, one group at a time, as the workspace shows them. */
export function GalleryPage() {
  const [gallery, setGallery] = useState<Gallery>();
  const [problem, setProblem] = useState('');
  const [theme, setTheme] = useTheme();
  const wanted = useSyncExternalStore(onHash, () => decodeURIComponent(window.location.hash.slice(1)));
  const [isPhone, setPhone] = useState(false);
  useEffect(() => {
    const load = async () => {
      const response = await fetch('/samples.json');
      if (response.ok) setGallery((await response.json()) as Gallery);
      setProblem(response.ok ? '' : await response.text());
    };
    const again = () => void load().catch((error: unknown) => setProblem(String(error)));
    again();
    // Whoever comes back from the editor sees what was written.
    window.addEventListener('focus', again);
    return () => window.removeEventListener('focus', again);
  }, []);
  if (!gallery) return problem ? <pre className="gallery-problem">{problem}</pre> : <div className="loading" />;
  const groups = [...Map.groupBy(gallery.samples, ({ group }) => group)];
  const [shown, samples] = groups.find(([group]) => group === wanted) ?? groups[0] ?? ['', []];
  return (
    <NamesProvider value={gallery.names}>
      <div className={isPhone ? 'gallery phone' : 'gallery'}>
        <nav className="gallery-nav" aria-label="Groups">
          <header className="team">
            <strong>Gallery</strong>
            <span>
              <button type="button" className="button quiet" aria-pressed={isPhone} onClick={() => setPhone(!isPhone)}>
                {isPhone ? 'Wide' : 'Phone'}
              </button>
              <ThemeButton theme={theme} setTheme={setTheme} />
            </span>
          </header>
          {groups.map(([group, { length }]) => (
            <a
              className="row"
              href={`#${encodeURIComponent(group)}`}
              aria-current={group === shown ? 'page' : undefined}
              key={group}
            >
              <span className="name">{group}</span>
              <span className="muted">{length}</span>
            </a>
          ))}
        </nav>
        <main className="gallery-main">
          {problem && <pre className="gallery-problem">{problem}</pre>}
          <h1>{shown}</h1>
          {samples.map((sample) => (
            <ShownSample sample={sample} key={sample.name} />
          ))}
        </main>
      </div>
    </NamesProvider>
  );
}

function onHash(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}
