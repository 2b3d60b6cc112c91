import { BotClient } from './bot/bot-client.ts';
import { ResponseUrls } from './bot/response-urls.ts';
import { TriggerIds } from './bot/trigger-ids.ts';
import { CallCounter } from './call-counter.ts';
import { ChangeFeed } from './change-feed.ts';
import { FaultInjector } from './fault-injector.ts';
import type { TeamData } from './model/team-data.ts';
import { RateLimiter } from './rate-limiter.ts';
import type { SlackEmulatorSettings } from './settings.ts';
import { Team } from './team.ts';
import { ViewStacks } from './view-stacks.ts';

/** The components of a running emulator, as used by the HTTP handlers. */
export interface Workspace {
  readonly settings: SlackEmulatorSettings;
  readonly changes: ChangeFeed;
  readonly team: Team;
  readonly views: ViewStacks;
  readonly bot: BotClient;
  readonly triggers: TriggerIds;
  readonly responseUrls: ResponseUrls;
  readonly limits: RateLimiter;
  readonly faults: FaultInjector;
  readonly calls: CallCounter;
  /** `http://127.0.0.1:PORT`; set once the server listens. */
  baseUrl: string;
}

/** Creates the components for a team's data. */
export function createWorkspace(settings: SlackEmulatorSettings, data: TeamData): Workspace {
  const { now } = settings;
  const changes = new ChangeFeed();
  return {
    settings,
    changes,
    team: new Team(data, changes, now),
    views: new ViewStacks(changes),
    bot: new BotClient(settings),
    triggers: new TriggerIds(data.team.id, now),
    responseUrls: new ResponseUrls(now),
    limits: new RateLimiter(settings.rateLimits, now),
    faults: new FaultInjector(),
    calls: new CallCounter(),
    baseUrl: '',
  };
}
