import { h } from './dom.js';
import { avatar } from './message.js';

/**
 * The list of channels and people.
 * @param {object} team what the server shows this person
 * @param {object} context `people`, `channel`, `open(channelId)`, `actAs(personId)`
 */
export function renderSidebar(team, context) {
  const byName = (kind) => team.channels.filter((one) => one.kind === kind);
  const person = (id) => team.people.find((one) => one.id === id);
  const direct = byName('im')
    .map((one) => ({ ...one, person: person(one.with) }))
    .filter((one) => one.person);
  const others = context.people.filter(({ id }) => id !== team.me.id && !direct.some((one) => one.with === id));
  return [
    h(
      'div.team',
      {},
      h('span.team-mark', { 'aria-hidden': 'true' }, team.team.name[0]),
      h('strong', {}, team.team.name),
    ),
    h('label.act-as', {}, h('span', {}, 'You are'), actAs(team, context)),
    h('h2', {}, 'Channels'),
    byName('channel').map((one) => row(one, h('span.hash', {}, one.isPrivate ? '🔒' : '#'), one.name, context)),
    h('h2', {}, 'Apps'),
    direct
      .filter((one) => one.person.id === team.bot.user)
      .map((one) => row(one, avatar(one.person, 'small'), one.person.realName, context)),
    h('h2', {}, 'Direct messages'),
    direct
      .filter((one) => one.person.id !== team.bot.user)
      .map((one) => row(one, avatar(one.person, 'small'), one.person.realName, context)),
    others.map((one) =>
      h(
        'button.channel',
        { type: 'button', onclick: () => context.openPerson(one.id) },
        avatar(one, 'small'),
        h('span.name', {}, one.realName),
      ),
    ),
  ];
}

function row(channel, icon, name, context) {
  const classes = ['channel', channel.id === context.channel && 'current', channel.unread > 0 && 'unread'];
  return h(
    'button',
    { type: 'button', className: classes.filter(Boolean).join(' '), onclick: () => context.open(channel.id) },
    icon,
    h('span.name', {}, name),
    channel.mentions > 0 ? h('span.count', {}, String(channel.mentions)) : channel.unread > 0 && h('span.dot'),
  );
}

function actAs(team, context) {
  const change = ({ target }) => context.actAs(target.value);
  const select = h('select.select', { 'aria-label': 'The person you are', onchange: change });
  select.append(...context.people.map(({ id, realName }) => h('option', { value: id }, realName)));
  select.value = team.me.id;
  return select;
}
