/** Returns a nested field of parsed YAML. */
export function getField(content: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === 'object' && current !== null ? (current as Record<string, unknown>)[key] : undefined,
    content,
  );
}

export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
