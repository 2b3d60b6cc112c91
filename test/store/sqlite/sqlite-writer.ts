// One of several processes on the same file: `sqlite-writer.ts PATH NAME COUNT`. Appends events and increments a record.

import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { StaleVersion } from '../../../src/store/store.ts';
import { stepLogged } from '../../support/store-fixtures.ts';

const [path = '', name = '', count = '0'] = process.argv.slice(2);
const store = openSqliteStore({ path });
for (let n = 0; n < Number(count); n++) {
  await store.append('r1', [stepLogged(`${name} ${n}`)]);
  while (!(await countUp()));
}
await store.close();

async function countUp(): Promise<boolean> {
  const found = await store.read('slackThread', 'count');
  const cursor = (found?.value.cursor ?? 0) + 1;
  try {
    await store.write('slackThread', 'count', { channel: 'C1', cursor }, found?.version);
    return true;
  } catch (error) {
    if (error instanceof StaleVersion) return false;
    throw error;
  }
}
