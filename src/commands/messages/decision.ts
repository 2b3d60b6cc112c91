import type { Decision } from '../../engine/service/cluster-service-types.ts';
import type { Message } from '../routing/command.ts';
import { block, message } from './blocks.ts';
import { code, type Markdown, md, moment, person } from './markdown.ts';

/** What came of a press, for whoever pressed. What everybody sees, the run's thread shows by itself. */
export function decided(
  decision: Decision,
  cluster: string | undefined,
): { readonly shown: Message; readonly replaces?: boolean } {
  const status = cluster === undefined ? code('/kthw list') : code(`/kthw status ${cluster}`);
  if ('decided' in decision) {
    const yes = decision.decided === 'given';
    const said = yes ? md`👍 Your yes counts: it is being done` : md`👎 Your no counts: nothing is taken away`;
    return { shown: told(said, md`${status} shows how it goes on`), replaces: true };
  }
  if ('already' in decision) {
    const before = decision.already === 'given' ? 'approved' : 'refused';
    const said = md`${person(decision.by)} ${before} it before you, ${moment(decision.at)}; your press changed nothing`;
    return { shown: told(said, md`${status} shows how it goes on`) };
  }
  return { shown: told(md`${dead[decision.dead]}; your press changed nothing`, next(decision.dead, cluster, status)) };
}

const dead: Readonly<Record<Extract<Decision, { dead: string }>['dead'], string>> = {
  expired: 'Nobody answered this in time',
  superseded: 'Things have changed since this was asked; the newest question counts',
  over: 'This run is over',
  unknown: 'This was never asked',
};

function next(why: string, cluster: string | undefined, status: Markdown): Markdown {
  if (cluster !== undefined && (why === 'expired' || why === 'over')) {
    return md`${code(`/kthw resume ${cluster}`)} asks again, ${status} shows the cluster`;
  }
  return md`${status} shows what is asked now`;
}

function told(said: Markdown, next: Markdown): Message {
  return message(said, block.section(said), block.note(next));
}
