import { choices } from './choices.js';
import { confirmed } from './confirm.js';
import { h, safeUrl } from './dom.js';
import { textObject } from './text.js';

const typed = {
  plain_text_input: 'text',
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'number',
  datepicker: 'date',
  timepicker: 'time',
};

/**
 * One interactive element of a block. What a person chooses is kept in `context.entered` where there is one, and told
 * with `context.onAction`, except inside an input block, whose values travel when the modal is submitted.
 */
export function control(block, element, context) {
  const remember = (value) => {
    if (!context.entered) return;
    context.entered[block.block_id] = { ...context.entered[block.block_id], [element.action_id]: value };
  };
  const silent = block.type === 'input' && !block.dispatch_action;
  const tell = async (value, from) => {
    if (element.type !== 'button') remember(value);
    if (silent) return;
    if (element.confirm && !(await confirmed(element.confirm, context.names))) return;
    await context.onAction(block, element, value, from);
  };
  const kept = context.entered?.[block.block_id]?.[element.action_id];
  if (element.type === 'button') return button(element, context, tell);
  if (typed[element.type]) return textInput(element, kept, remember, silent ? undefined : tell);
  return choices(element, kept, tell, context.names);
}

function button(element, context, tell) {
  const label = textObject(element.text, context.names);
  const click = async ({ currentTarget }) => {
    const href = element.url && safeUrl(element.url);
    if (href) window.open(href, '_blank', 'noreferrer');
    currentTarget.classList.add('busy');
    await tell(element.value, currentTarget).finally(() => currentTarget.classList.remove('busy'));
  };
  const labelled = { 'aria-label': element.accessibility_label };
  return h(
    'button',
    { type: 'button', className: `button ${element.style ?? ''}`, onclick: click, ...labelled },
    label,
  );
}

function textInput(element, kept, remember, tell) {
  const isArea = element.type === 'plain_text_input' && element.multiline;
  const initial = element.initial_value ?? element.initial_date ?? element.initial_time ?? '';
  return h(isArea ? 'textarea' : 'input', {
    className: 'text-input',
    ...(isArea ? { rows: 4 } : { type: typed[element.type] }),
    value: kept ?? initial,
    placeholder: element.placeholder?.text ?? '',
    maxLength: element.max_length ?? 3000,
    'data-action': element.action_id,
    oninput: ({ target }) => remember(target.value),
    onchange: tell && (({ target }) => tell(target.value, target)),
  });
}
