import type { RenderedSample } from '../../../local/gallery/samples/sample.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Plain text of a message, modal or Home tab, for snapshots and assertions: headings, texts, fields, inputs with their
 * options, and buttons as `[label → action_id value]`. An element that it doesn't know is an error, not a blank.
 */
export function renderText(rendered: RenderedSample): string {
  const { type, text, title, submit, close, blocks } = toJson(rendered);
  const lines = asList(blocks).flatMap(renderBlock);
  if (type === undefined) return [`text: ${String(text)}`, ...lines].join('\n');
  const buttons = [submit, close].flatMap((button) => (button ? [`[${renderTextObject(button)}]`] : []));
  return [
    ...(title ? [`= ${renderTextObject(title)}`] : []),
    ...lines,
    ...(buttons.length > 0 ? [buttons.join(' ')] : []),
  ].join('\n');
}

function renderBlock(block: Json): string[] {
  switch (block.type) {
    case 'header':
      return [`# ${renderTextObject(block.text)}`];
    case 'section':
      return [
        ...(block.text ? [renderTextObject(block.text)] : []),
        ...asList(block.fields).map((field) => `| ${renderTextObject(field)}`),
        ...(block.accessory ? [renderElement(block.accessory as Json)] : []),
      ];
    case 'context':
      return [`> ${asList(block.elements).map(renderElement).join(' ')}`];
    case 'actions':
      return [asList(block.elements).map(renderElement).join(' ')];
    case 'input':
      return [renderInput(block)];
    case 'divider':
      return ['---'];
    case 'rich_text':
      return asList(block.elements).map(renderRichText);
    default:
      throw new Error(`renderText has no case for a ${String(block.type)} block`);
  }
}

function renderElement(element: Json): string {
  switch (element.type) {
    case 'mrkdwn':
    case 'plain_text':
      return renderTextObject(element);
    case 'image':
      return `(image: ${String(element.alt_text)})`;
    case 'button': {
      const style = element.style === undefined ? '' : `${String(element.style)}: `;
      const label = element.accessibility_label === undefined ? '' : ` "${String(element.accessibility_label)}"`;
      return `[${style}${renderTextObject(element.text)}${label} → ${String(element.action_id)} ${String(element.value)}]`;
    }
    default:
      throw new Error(`renderText has no case for a ${String(element.type)} element`);
  }
}

function renderInput({ label, hint, optional, element, block_id: id }: Json): string {
  const field = element as Json;
  const groups = asList(field.option_groups);
  const options = groups.length > 0 ? groups.flatMap(renderOptionGroup) : asList(field.options).map(renderOption);
  const initial = [
    field.initial_value,
    field.initial_conversation,
    (field.initial_option as Json | undefined)?.value,
    ...asList(field.initial_options).map(({ value }) => value),
  ].filter((value) => value !== undefined);
  const details = [
    `${String(field.type)} ${String(id)}/${String(field.action_id)}`,
    ...(optional ? ['optional'] : []),
    ...(initial.length > 0 ? [`initial: ${initial.join(', ')}`] : []),
    ...(field.placeholder ? [`placeholder: ${renderTextObject(field.placeholder)}`] : []),
    ...(hint ? [`hint: ${renderTextObject(hint)}`] : []),
  ];
  return [`${renderTextObject(label)}: (${details.join('; ')})`, ...options.map((option) => `  ${option}`)].join('\n');
}

function renderOptionGroup({ label, options }: Json): string[] {
  return [`${renderTextObject(label)}:`, ...asList(options).map((option) => `  ${renderOption(option)}`)];
}

function renderOption({ text, value, description }: Json): string {
  const shown = renderTextObject(text);
  const details = description ? ` – ${renderTextObject(description)}` : '';
  return `- ${shown}${shown === value ? '' : ` = ${String(value)}`}${details}`;
}

function renderRichText({ type, elements }: Json): string {
  if (type !== 'rich_text_preformatted') throw new Error(`renderText has no case for ${String(type)}`);
  const text = asList(elements)
    .map((element) => String(element.text))
    .join('');
  const lines = text.split('\n');
  const visible = lines.length > 12 ? [...lines.slice(0, 10), `… ${lines.length - 10} more lines`] : lines;
  return ['```', ...visible, '```'].join('\n');
}

function renderTextObject(object: unknown): string {
  return String((object as Json).text);
}

function asList(value: unknown): readonly Json[] {
  return (value ?? []) as readonly Json[];
}

/** Slack receives JSON, which has no undefined fields. */
function toJson(rendered: RenderedSample): Json {
  return JSON.parse(JSON.stringify(rendered)) as Json;
}
