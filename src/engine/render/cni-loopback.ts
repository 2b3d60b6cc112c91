/** CNI configuration of the loopback interface of pods. */
export function renderCniLoopback(): string {
  return `${JSON.stringify({ cniVersion: '0.4.0', name: 'lo', type: 'loopback' }, undefined, 2)}\n`;
}
