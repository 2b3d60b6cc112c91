import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { Person } from '../model/person.ts';
import { fetchQuery } from './app/local-api-client.ts';
import { navigate, useRoute } from './app/route.ts';
import { WorkspacePage } from './app/workspace-page.tsx';
import { Notices } from './components/notices.tsx';
import './styles/index.css';

/** Selects the current user: from the URL, else the previous one, else the first. */
function App() {
  const route = useRoute();
  const [people, setPeople] = useState<readonly Person[]>();
  useEffect(() => {
    const loadPeople = () =>
      fetchQuery<{ people: Person[] }>('people', {}).then(
        (result) => setPeople(result.people),
        () => setTimeout(loadPeople, 1_000),
      );
    void loadPeople();
  }, []);
  const me = people?.find(({ name }) => name === route.as);
  const previousHandle = sessionStorage.getItem('as') ?? '';
  useEffect(() => {
    if (me) sessionStorage.setItem('as', me.name);
    const [first] = people ?? [];
    const fallback = people?.find(({ name }) => name === previousHandle) ?? first;
    if (people && !me && fallback) navigate({ ...route, as: fallback.name });
  }, [people, me, previousHandle, route]);
  return me ? <WorkspacePage route={route} key={me.id} /> : <div className="loading" />;
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Notices>
      <App />
    </Notices>
  </StrictMode>,
);
