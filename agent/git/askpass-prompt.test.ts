import { describe, expect, it } from 'vitest';
import { parseAskpassPrompt } from './askpass-prompt.ts';

describe('what git asks its helper for', () => {
  it.each([
    ["Username for 'https://forge.example': ", 'username', 'https://forge.example'],
    ["Password for 'https://ada@forge.example': ", 'password', 'https://forge.example'],
    ["Password for 'https://a%40b:c@forge.example:8443': ", 'password', 'https://forge.example:8443'],
    [
      "Username for 'https://forge.example/team/app.git': ",
      'username',
      'https://forge.example/team/app.git',
    ],
    ["Username for 'http://127.0.0.1:3000':", 'username', 'http://127.0.0.1:3000'],
    ["Username for 'https://FORGE.example': ", 'username', 'https://forge.example'],
  ])('%s', (prompt, what, url) => {
    expect(parseAskpassPrompt(prompt)).toEqual({ what, url });
  });

  it.each([
    "Enter passphrase for key '/home/ada/.ssh/id_ed25519': ",
    "Username for 'ssh://forge.example': ",
    "Username for 'not a url': ",
    "Username for 'https://forge.example': and more",
    'Password: ',
    '',
  ])('is nothing for it: %s', (prompt) => {
    expect(parseAskpassPrompt(prompt)).toBeNull();
  });
});
