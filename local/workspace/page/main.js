import { renderBlocks } from './blocks.js';
import { composer } from './composer.js';
import { h } from './dom.js';
import { MessageList } from './message-list.js';
import { Modals } from './modal.js';
import { act, look } from './server.js';
import { renderSidebar } from './sidebar.js';

const at = (id) => document.getElementById(id);
/** Where we are: the person, the channel, and the thread or tab. It is also what the address bar shows. */
const place = { as: '', channel: '', thread: undefined, home: false };
let team;
let people = [];
let messages = [];
let replies = [];
let events;
let threadList;
let journey = 0;

const names = {
  person: (id) => team.people.find((one) => one.id === id),
  channel: (id) => team.channels.find((one) => one.id === id),
  group: (id) => team.groups.find((one) => one.id === id),
  people: () => team.people.filter(({ isBot }) => !isBot),
  channels: () => team.channels.filter(({ kind }) => kind === 'channel'),
};
const context = {
  get me() {
    return team.me;
  },
  names,
  onAction,
  onThread: (ts) => go({ thread: ts }),
};
const list = new MessageList(at('messages'), context);
const modals = new Modals(at('modals'), { me: () => team.me, names });

async function start() {
  ({ people } = await look('people', {}));
  const [as, channel, thread] = decodeURIComponent(location.hash.slice(1)).split('/');
  const kept = people.find(({ id, name }) => name === as || id === localStorage.getItem('as'));
  place.as = (kept ?? people[0]).id;
  await become(place.as, channel);
  if (thread) await go({ thread });
}

async function become(as, channel) {
  Object.assign(place, { as, thread: undefined, home: false });
  localStorage.setItem('as', as);
  events?.close();
  team = await look('team', { as });
  const wanted = team.channels.find(
    ({ id, name }) => id === place.channel || (channel && (name === channel || id === channel)),
  );
  place.channel = (wanted ?? team.channels.find(({ name }) => name === 'clusters') ?? team.channels[0]).id;
  listen();
}

function listen() {
  events = new EventSource(`/_local/events?${new URLSearchParams({ as: place.as })}`);
  events.addEventListener('ready', () => {
    document.body.classList.remove('offline');
    void reload();
  });
  events.onerror = () => document.body.classList.add('offline');
  events.onmessage = ({ data }) => take(JSON.parse(data));
}

async function reload() {
  const [, { views }] = await Promise.all([go({}), look('views', { as: place.as })]);
  modals.show(views.at(-1) ?? null);
}

/** Goes to a channel, thread or tab, or stays and loads afresh. */
async function go(where) {
  const moved = where.channel !== undefined && where.channel !== place.channel;
  if (where.channel !== undefined) Object.assign(place, { thread: undefined, home: false });
  const newThread = where.thread !== undefined && where.thread !== place.thread;
  Object.assign(place, where);
  const { as, channel, thread } = place;
  journey += 1;
  const mine = journey;
  const loaded = await Promise.all([
    look('team', { as }),
    look('messages', { as, channel }),
    thread ? look('messages', { as, channel, thread }) : { messages: [] },
  ]);
  // Somebody went on while this was loading: what came is of yesterday.
  if (mine !== journey) return;
  [team, { messages }, { messages: replies }] = loaded;
  frame(moved);
  threadFrame(newThread);
  draw();
  if (moved || place.shown !== channel) list.toEnd();
  place.shown = channel;
  markRead();
}

/** Takes one change from the stream. */
function take(change) {
  if (change.kind === 'view') modals.show(change.view);
  else if (change.kind === 'home') void drawHome();
  else if (change.kind === 'channel' || change.kind === 'read') refreshTeam();
  else if (change.kind === 'message') takeMessage(change);
}

function takeMessage({ channel, ts, message }) {
  if (channel !== place.channel) {
    refreshTeam();
    return;
  }
  const top = !message?.thread_ts || message.thread_ts === ts || message.subtype === 'thread_broadcast';
  if (!message || top) messages = put(messages, ts, message);
  if (!message || message.thread_ts === place.thread || ts === place.thread) replies = put(replies, ts, message);
  draw();
  if (message?.user === place.as && top) list.toEnd();
  markRead();
}

function put(all, ts, message) {
  const without = all.filter((one) => one.ts !== ts);
  return message ? [...without, message].sort((a, b) => (a.ts < b.ts ? -1 : 1)) : without;
}

let _refreshing;
function refreshTeam() {
  _refreshing ??= setTimeout(async () => {
    _refreshing = undefined;
    team = await look('team', { as: place.as });
    drawSidebar();
  }, 100);
}

function markRead() {
  const last = messages.at(-1);
  const channel = names.channel(place.channel);
  if (!last || document.hidden || place.home || (channel?.unread === 0 && last.ts <= (place.readTs ?? ''))) return;
  place.readTs = last.ts;
  void act('read', { as: place.as, channel: place.channel, ts: last.ts });
}

function draw() {
  drawSidebar();
  if (!place.home) list.show(messages, 'Nothing here yet. Try /kthw help');
  if (place.thread) threadList?.show(replies, '');
}

function drawSidebar() {
  const open = (channel) => go({ channel });
  const openPerson = async (id) => go({ channel: (await act('dm', { as: place.as, with: id })).channel });
  at('sidebar').replaceChildren(
    ...renderSidebar(team, { people, channel: place.channel, open, openPerson, actAs: (id) => become(id) }).flat(),
  );
  const unread = team.channels.reduce((sum, one) => sum + one.mentions, 0);
  const channel = names.channel(place.channel);
  document.title = `${unread > 0 ? `(${unread}) ` : ''}${channel ? title(channel) : ''} – ${team.team.name}`;
  history.replaceState(
    null,
    '',
    `#${[team.me.name, channel?.name || place.channel, place.thread].filter(Boolean).join('/')}`,
  );
}

function title(channel) {
  return channel.kind === 'im' ? (names.person(channel.with)?.realName ?? '') : `#${channel.name}`;
}

/** Draws what surrounds the messages of a channel: its header and its composer. */
function frame(moved) {
  const channel = names.channel(place.channel);
  const isBot = channel.kind === 'im' && channel.with === team.bot.user;
  const tab = (name, home) =>
    h(
      'button.tab',
      { type: 'button', 'aria-selected': String(place.home === home), role: 'tab', onclick: () => openTab(home) },
      name,
    );
  at('channel-header').replaceChildren(
    h('h1', {}, title(channel)),
    isBot
      ? h('div.tabs', { role: 'tablist' }, tab('Home', true), tab('Messages', false))
      : h('span.muted', {}, channel.topic),
    ...(channel.kind === 'channel' && !channel.hasBot ? [addApp(channel)] : []),
  );
  at('composer').hidden = place.home;
  if (!moved && at('composer').childElementCount > 0 && at('composer').dataset.channel === channel.id + place.as)
    return;
  at('composer').dataset.channel = channel.id + place.as;
  at('composer').replaceChildren(
    composer({
      send: (text) => send(text),
      placeholder: `Message ${title(channel)}`,
      historyKey: `typed-${place.as}`,
      commands: () => team.commands,
    }),
  );
  if (!place.home) at('composer').querySelector('textarea').focus();
}

function addApp(channel) {
  const bot = names.person(team.bot.user);
  const add = async () => {
    await act('invite', { as: place.as, channel: channel.id, user: bot.id });
    await go({});
  };
  return h('button.button.add-app', { type: 'button', onclick: add }, `Add ${bot.name} to this channel`);
}

function threadFrame(isNew) {
  const pane = at('thread');
  pane.hidden = !place.thread;
  at('app').classList.toggle('with-thread', Boolean(place.thread));
  if (!place.thread || !isNew) return;
  const inside = h('div.messages', { role: 'log', 'aria-live': 'polite', tabIndex: 0 });
  threadList = new MessageList(inside, context, true);
  pane.replaceChildren(
    h(
      'header.pane-header',
      {},
      h('h1', {}, 'Thread'),
      h(
        'button.close',
        { type: 'button', 'aria-label': 'Close the thread', onclick: () => go({ thread: undefined }) },
        '✕',
      ),
    ),
    inside,
    h(
      'div.composer',
      {},
      composer({
        send: (text) => send(text, place.thread),
        placeholder: 'Reply…',
        historyKey: `replied-${place.as}`,
        commands: () => [],
      }),
    ),
  );
}

async function openTab(home) {
  await go({ home });
  if (!home) return;
  await drawHome();
  await act('home', { as: place.as });
}

async function drawHome() {
  if (!place.home) return;
  const { view } = await look('home', { as: place.as });
  const click = async (block, element, value) => {
    const { ack } = await act('click', {
      as: place.as,
      viewId: view.id,
      actionId: element.action_id,
      blockId: block.block_id,
      value,
    });
    report(ack);
  };
  const inside = view
    ? renderBlocks(view.blocks, { names, onAction: click })
    : h('p.empty', {}, 'The app has not published its Home tab.');
  at('messages').replaceChildren(h('div.home.blocks', {}, inside));
}

async function send(text, threadTs) {
  try {
    await act('say', { as: place.as, channel: place.channel, text, ...(threadTs && { threadTs }) });
  } catch (error) {
    notice(error.message);
    throw error;
  }
}

async function onAction(message, block, element, value) {
  const where = { as: place.as, channel: place.channel, ts: message.ts };
  const { ack } = await act('click', { ...where, actionId: element.action_id, blockId: block.block_id, value });
  report(ack);
}

function report(ack) {
  if (!ack.ok) notice(`The app did not respond: ${ack.error}`);
}

function notice(text) {
  const node = h('div.notice', {}, text);
  at('notices').append(node);
  setTimeout(() => node.remove(), 6000);
}

document.addEventListener('visibilitychange', markRead);
window.addEventListener('unhandledrejection', ({ reason }) => notice(String(reason?.message ?? reason)));
void start();
