import { h } from './dom.js';
import { textObject } from './text.js';

/**
 * An element in which something is chosen: a select, an overflow menu, checkboxes or radio buttons.
 * @param kept what was chosen before, if anything
 * @param tell called with the value, or the values, and the element
 */
export function choices(element, kept, tell, names) {
  switch (element.type) {
    case 'checkboxes':
    case 'multi_static_select':
      return boxes(element, kept ?? (element.initial_options ?? []).map(({ value }) => value), tell, names);
    case 'radio_buttons':
      return radios(element, kept ?? element.initial_option?.value, tell, names);
    case 'overflow':
      return select(element, options(element.options), '', tell, '⋯');
    case 'static_select': {
      const groups = element.option_groups?.map((group) =>
        h('optgroup', { label: group.label.text }, options(group.options)),
      );
      return select(element, groups ?? options(element.options), kept ?? element.initial_option?.value ?? '', tell);
    }
    case 'users_select': {
      const people = names.people().map(({ id, realName }) => h('option', { value: id }, realName));
      return select(element, people, kept ?? element.initial_user ?? '', tell);
    }
    case 'channels_select':
    case 'conversations_select': {
      const initial = element.initial_channel ?? element.initial_conversation ?? '';
      const channels = names.channels().map(({ id, name }) => h('option', { value: id }, `#${name}`));
      return select(element, channels, kept ?? initial, tell);
    }
    default:
      return h('em.muted', {}, `(an element of type "${element.type}", which this page does not draw)`);
  }
}

function options(list) {
  return list.map((one) => h('option', { value: one.value }, one.text.text));
}

function select(element, inside, chosen, tell, label = element.placeholder?.text ?? 'Choose…') {
  const change = ({ target }) => {
    const { value } = target;
    if (element.type === 'overflow') target.value = '';
    if (value !== '') tell(value, target);
  };
  const name = element.type === 'overflow' ? 'More actions' : label;
  const node = h(element.type === 'overflow' ? 'select.select.overflow' : 'select.select', {
    onchange: change,
    'aria-label': name,
    'data-action': element.action_id,
  });
  node.append(h('option', { value: '' }, label), ...inside);
  node.value = chosen;
  return node;
}

function boxes(element, chosen, tell, names) {
  const group = h('div.choices', { role: 'group' });
  const change = () =>
    tell(
      [...group.querySelectorAll('input:checked')].map(({ value }) => value),
      group,
    );
  group.append(...element.options.map((one) => choice('checkbox', one, chosen.includes(one.value), change, names)));
  return group;
}

function radios(element, chosen, tell, names) {
  const group = h('div.choices', { role: 'radiogroup' });
  const name = `radio-${Math.random()}`;
  const change = ({ target }) => tell(target.value, group);
  group.append(...element.options.map((one) => choice('radio', one, one.value === chosen, change, names, name)));
  return group;
}

function choice(type, one, checked, onchange, names, name = '') {
  const described = one.description && h('span.muted', {}, ' ', textObject(one.description, names));
  const box = h('input', { type, value: one.value, checked, onchange, name });
  return h('label.choice', {}, box, h('span', {}, textObject(one.text, names), described));
}
