import { expect } from '../fixtures/desk.ts';
import { type ScriptedStep, script, scriptTitle } from '../fixtures/script.ts';
import type { Scene } from './scene.ts';
import type { World } from './world.ts';

const TOLD = 'A refund that is asked for twice must be paid once. Find every path, then make it so.';
const TITLE = 'Pay each refund once';
const TRACE = 'Trace every refund path';
const AUDIT = 'Audit the retry helpers';

const spawn = (title: string, prompt: string) => ({ name: 'spawn_agent', args: { title, prompt } });
const agent = (n: number) => (results: readonly unknown[]) => ({
  chat_id: results.flatMap((one) => (one as { readonly chat_id?: string }).chat_id ?? [])[n],
});

const LEAD: readonly ScriptedStep[] = [
  {
    think: 'Selling is where a refund begins. Look there first, then divide the rest.',
    calls: [{ name: 'read_file', args: { path: 'src/checkout/seats.ts' } }],
    usage: { input_tokens: 48_200, output_tokens: 1_410 },
  },
  {
    calls: [
      {
        name: 'edit_files',
        args: {
          files: [
            {
              path: 'src/checkout/seats.ts',
              edits: [
                {
                  search: 'const row = await load(seat);',
                  replace: 'const row = await tx.one(SELL, [seat]);',
                },
                {
                  search: 'if (row.sold) return false;',
                  replace: 'if (!row) return false; // lost the race',
                },
              ],
            },
          ],
        },
      },
    ],
    usage: { input_tokens: 51_900, output_tokens: 2_260 },
  },
  {
    say: 'Selling and refunding met in **one statement less** than they needed: the row is now taken with the update itself. Two agents look at the rest while I wait for both.',
    calls: [spawn(TRACE, 'List what can pay money back'), spawn(AUDIT, 'Read how calls are repeated')],
    usage: { input_tokens: 55_300, output_tokens: 1_870 },
  },
  {
    calls: [
      { name: 'wait_agent', args: agent(0) },
      { name: 'wait_agent', args: agent(1) },
    ],
    usage: { input_tokens: 57_000, output_tokens: 240 },
  },
  { say: 'Each refund is paid once.' },
];

/** One of its agents asks, the other one is in the middle of its thought, and two messages wait. */
async function start({ chat, server }: World): Promise<void> {
  script(server, TOLD, LEAD);
  script(server, 'List what can pay money back', [
    { calls: [{ name: 'execute', args: { command: 'git log -S refund --oneline -- src && git stash' } }] },
    { say: 'Three paths.' },
  ]);
  script(server, 'Read how calls are repeated', [{ say: 'They are repeated at most twice.' }]);
  scriptTitle(server, TOLD, TITLE);
  const hold = server.faults.hold({
    match: ({ body }) => JSON.stringify(body).includes('"Read how calls are repeated"'),
  });
  await chat.newChat();
  await chat.send(TOLD);
  await hold.reached;
  await expect(chat.chat(TITLE)).toBeVisible({ timeout: 60_000 });
  await expect(chat.approval).toHaveAccessibleName(`Approval: ${TRACE}`, { timeout: 60_000 });
  for (const text of [
    'Then open a pull request and link it to the incident',
    'And say in the docs what a lost race means',
  ])
    await chat.send(text);
  await expect(chat.queue).toHaveCount(2);
}

/** A chat that leads others, and one of those. */
export const crewScenes: readonly Scene[] = [
  {
    name: 'crew',
    async show(world) {
      await start(world);
      await expect(world.chat.agentRow(AUDIT)).toBeVisible();
    },
  },
  {
    name: 'agent',
    async show({ chat, page }) {
      await chat.agentRow(TRACE).click();
      await expect(page.getByRole('button', { name: `Back to “${TITLE}”` })).toBeVisible();
      await expect(chat.approval).toBeVisible();
    },
    leave: ({ page }) => page.getByRole('button', { name: `Back to “${TITLE}”` }).click(),
  },
  {
    name: 'commands',
    async show({ chat, page }) {
      await chat.message.pressSequentially('/');
      await expect(page.getByRole('listbox', { name: 'Commands' })).toBeVisible();
    },
    leave: ({ chat }) => chat.message.fill(''),
  },
  {
    name: 'terminal',
    async show({ page }) {
      await page.keyboard.press('Control+i');
      await page.getByRole('tablist', { name: 'Inspector' }).getByRole('tab', { name: 'Terminal' }).click();
      await page.getByRole('button', { name: 'New terminal' }).click();
      await expect(page.getByRole('textbox', { name: /^Terminal / })).toBeVisible();
    },
    async leave({ page }) {
      await page.getByRole('button', { name: 'Close terminal' }).click();
      await page.getByRole('button', { name: 'Toggle inspector' }).click();
    },
  },
];
