/** All forms in which a vault's secret could leak: complete, and line by line. */
export function needlesIn(secret: Uint8Array): string[] {
  const bytes = Buffer.from(secret);
  const text = bytes.toString('utf8');
  const lines = text.startsWith('{') ? privateLines(JSON.parse(text)) : [];
  return [bytes.toString('base64'), bytes.toString('hex'), ...lines];
}

function privateLines({ key, privateKey }: { key?: string; privateKey?: string }): string[] {
  return (key ?? privateKey ?? '').split('\n').filter((line) => line.length > 30 && !line.startsWith('-----'));
}
