import { BotLine } from './bot/bot-client.ts';
import { ResponseUrls } from './bot/response-urls.ts';
import { Triggers } from './bot/trigger-ids.ts';
import { Calls } from './call-counter.ts';
import { Changes } from './change-feed.ts';
import { Faults } from './fault-injector.ts';
import type { TeamData } from './model/team-data.ts';
import { RateLimits } from './rate-limiter.ts';
import type { Settings } from './settings.ts';
import { Team } from './team.ts';
import { Views } from './view-stacks.ts';

/** The parts of a running workspace, as the HTTP side uses them. */
export interface Workspace {
  readonly settings: Settings;
  readonly changes: Changes;
  readonly team: Team;
  readonly views: Views;
  readonly bot: BotLine;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  readonly limits: RateLimits;
  readonly faults: Faults;
  readonly calls: Calls;
  /** `http://127.0.0.1:PORT`, known once it listens. */
  baseUrl: string;
}

/** Puts the parts together around a team's data. */
export function createWorkspace(settings: Settings, data: TeamData): Workspace {
  const { now } = settings;
  const changes = new Changes();
  return {
    settings,
    changes,
    team: new Team(data, changes, now),
    views: new Views(changes),
    bot: new BotLine(settings),
    triggers: new Triggers(data.team.id, now),
    responseUrls: new ResponseUrls(now),
    limits: new RateLimits(settings.rateLimits, now),
    faults: new Faults(),
    calls: new Calls(),
    baseUrl: '',
  };
}
