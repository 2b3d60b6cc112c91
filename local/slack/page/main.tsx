import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { Person } from '../model/person.ts';
import { fetchQuery } from './app/local-api-client.ts';
import { navigate, useRoute } from './app/route.ts';
import { WorkspacePage } from './app/workspace-page.tsx';
import { Notices } from './components/notices.tsx';
import './styles/index.css';

/** Somebody in particular: whom the address names, else who was here before, else the first one. */
function App() {
  const place = useRoute();
  const [people, setPeople] = useState<readonly Person[]>();
  useEffect(() => {
    const loadPeople = () =>
      fetchQuery<{ people: Person[] }>('people', {}).then(
        (result) => setPeople(result.people),
        () => setTimeout(loadPeople, 1_000),
      );
    void loadPeople();
  }, []);
  const me = people?.find(({ name }) => name === place.as);
  const previousHandle = sessionStorage.getItem('as') ?? '';
  useEffect(() => {
    if (me) sessionStorage.setItem('as', me.name);
    const [first] = people ?? [];
    const fallback = people?.find(({ name }) => name === previousHandle) ?? first;
    if (people && !me && fallback) navigate({ ...place, as: fallback.name });
  }, [people, me, previousHandle, place]);
  return me ? <WorkspacePage route={place} key={me.id} /> : <div className="loading" />;
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Notices>
      <App />
    </Notices>
  </StrictMode>,
);
