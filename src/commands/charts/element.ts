import { escapeXml } from './escape-xml.ts';

type AttributeValue = string | number | undefined;

/** Escapes attributes, not children: use `renderText` for text. */
export function renderElement(
  name: string,
  attributes: Readonly<Record<string, AttributeValue>>,
  ...children: readonly string[]
): string {
  const attributeText = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escapeXml(String(value))}"`],
  );
  return `<${name}${attributeText.join('')}${children.length > 0 ? `>${children.join('')}</${name}>` : '/>'}`;
}
