import { expect, test } from 'vitest';
import { findDebianMirror } from '../../../../local/compute/machines/guest/apt-sources.ts';

const deb822 = `# comment
Types: deb
URIs: https://vendor.example/apt
Suites: stable
Components: main

Types: deb deb-src
# the mirror
URIs: https://security.example/debian-security
Suites: bookworm-security

Types: deb
URIs:
 https://mirror.example/debian
 https://other.example/debian
Suites: trixie trixie-updates
Components: main
`;

test.each([
  ['stanzas', [deb822], 'https://mirror.example/debian'],
  ['a stanza that is off', [deb822.replace('URIs:\n', 'Enabled: no\nURIs:\n')], undefined],
  [
    'one line each',
    [
      '# x\ndeb-src http://a.example/debian sid main\ndeb [arch=amd64 signed-by=/k] http://b.example/debian/ bookworm main',
    ],
    'http://b.example/debian/',
  ],
  [
    'other distributions and vendors',
    ['deb http://a.example/ubuntu jammy main\ndeb http://b.example/apt cloud-sdk main'],
    undefined,
  ],
  [
    'the first file that has one',
    ['', 'deb http://a.example/debian bookworm-updates main', 'deb http://b.example/debian bookworm main'],
    'http://b.example/debian',
  ],
  ['nothing', [], undefined],
])("the Debian mirror is found in apt's sources: %s", (_, texts, mirror) => {
  expect(findDebianMirror(texts)).toBe(mirror);
});
