import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Directory } from '../app/directory.ts';
import { DirectoryProvider } from '../app/directory.ts';
import { useTheme } from '../app/use-theme.ts';
import { ThemeButton } from '../components/theme-button.tsx';
import { type GallerySample, SampleView } from './sample-view.tsx';

interface Gallery {
  readonly names: Directory;
  readonly samples: readonly GallerySample[];
}

/** Shows the sample messages, one group at a time, as they look in the workspace. */
export function GalleryPage() {
  const [gallery, setGallery] = useState<Gallery>();
  const [problem, setProblem] = useState('');
  const [theme, setTheme] = useTheme();
  const selectedGroup = useSyncExternalStore(subscribeToHash, () => decodeURIComponent(window.location.hash.slice(1)));
  const [isPhone, setPhone] = useState(false);
  useEffect(() => {
    const load = async () => {
      const response = await fetch('/samples.json');
      if (response.ok) setGallery((await response.json()) as Gallery);
      setProblem(response.ok ? '' : await response.text());
    };
    const reload = () => void load().catch((error: unknown) => setProblem(String(error)));
    reload();
    // Reload on focus, to show edits made in an editor.
    window.addEventListener('focus', reload);
    return () => window.removeEventListener('focus', reload);
  }, []);
  if (!gallery) return problem ? <pre className="gallery-problem">{problem}</pre> : <div className="loading" />;
  const groups = [...Map.groupBy(gallery.samples, ({ group }) => group)];
  const [currentGroup, samples] = groups.find(([group]) => group === selectedGroup) ?? groups[0] ?? ['', []];
  return (
    <DirectoryProvider value={gallery.names}>
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
              aria-current={group === currentGroup ? 'page' : undefined}
              key={group}
            >
              <span className="name">{group}</span>
              <span className="muted">{length}</span>
            </a>
          ))}
        </nav>
        <main className="gallery-main">
          {problem && <pre className="gallery-problem">{problem}</pre>}
          <h1>{currentGroup}</h1>
          {samples.map((sample) => (
            <SampleView sample={sample} key={sample.name} />
          ))}
        </main>
      </div>
    </DirectoryProvider>
  );
}

function subscribeToHash(onChange: () => void): () => void {
  window.addEventListener('hashchange', onChange);
  return () => window.removeEventListener('hashchange', onChange);
}
