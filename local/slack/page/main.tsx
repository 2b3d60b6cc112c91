import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { Person } from '../model/person.ts';
import { look } from './app/local-api-client.ts';
import { go, usePlace } from './app/route.ts';
import { WorkspacePage } from './app/workspace-page.tsx';
import { Notices } from './components/notices.tsx';
import './styles/index.css';

/** Somebody in particular: whom the address names, else who was here before, else the first one. */
function Page() {
  const place = usePlace();
  const [people, setPeople] = useState<readonly Person[]>();
  useEffect(() => {
    const load = () =>
      look<{ people: Person[] }>('people', {}).then(
        (found) => setPeople(found.people),
        () => setTimeout(load, 1_000),
      );
    void load();
  }, []);
  const me = people?.find(({ name }) => name === place.as);
  const before = sessionStorage.getItem('as') ?? '';
  useEffect(() => {
    if (me) sessionStorage.setItem('as', me.name);
    const [first] = people ?? [];
    const other = people?.find(({ name }) => name === before) ?? first;
    if (people && !me && other) go({ ...place, as: other.name });
  }, [people, me, before, place]);
  return me ? <WorkspacePage place={place} key={me.id} /> : <div className="loading" />;
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Notices>
      <Page />
    </Notices>
  </StrictMode>,
);
