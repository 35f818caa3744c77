import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from '../fixtures/desk.ts';
import { script } from '../fixtures/script.ts';

test('shots', async ({ desk }) => {
  test.setTimeout(300_000);
  const repository = desk.repository('api-server');
  const at = (name: string) => path.join(repository.directory, name);
  fs.mkdirSync(at('src/checkout'), { recursive: true });
  fs.mkdirSync(at('node_modules/x'), { recursive: true });
  fs.writeFileSync(at('.gitignore'), 'node_modules\n*.log\n');
  fs.writeFileSync(at('debug.log'), '');
  fs.writeFileSync(at('AGENTS.md'), '# Rules\n\nNo sleeps in tests.\n');
  fs.writeFileSync(
    at('src/checkout/hold.ts'),
    Array.from({ length: 60 }, (_, i) =>
      i % 5 === 0
        ? `export async function release${i}(tx: Tx, id: HoldId) { // hold ${i}`
        : i % 5 === 4
          ? '}'
          : `  await tx.query(RELEASE, ["seat", ${i}, '${'x'.repeat(i)}']);`,
    ).join('\n'),
  );
  fs.writeFileSync(at('src/checkout/seats.ts'), 'export {};\n');
  const server = 'npm run dev -- --port 4173 && echo "a command that is rather long for its row"';
  script(desk.server, 'Start it', [
    {
      calls: [
        {
          name: 'execute',
          args: {
            command: `for i in $(seq 1 14); do printf "\\033[32m✓\\033[0m checkout › releases the hold once (%s ms)\\n" $i; done; sleep 300 # ${server}`,
            run_in_background: true,
          },
        },
        { name: 'execute', args: { command: 'sh -c "echo no; exit 3"' } },
        { name: 'execute', args: { command: 'git status' } },
      ],
    },
    { say: 'The server runs. The suite fails once in five runs; I look at the hold next.' },
  ]);
  const { app, chat } = await desk.start({ folder: repository.directory, approvals: 'auto' });
  const page = app.window;
  await chat.send('Start it');
  await expect(chat.agent.last()).toContainText('The server runs', { timeout: 60_000 });
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme as 'light' });
    const button = page.getByRole('button', { name: theme === 'dark' ? 'Dark theme' : 'Light theme' });
    if (await button.isVisible()) await button.click();
    for (const width of [1120]) {
      await app.electron.evaluate(
        ({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setSize(to, 860),
        width,
      );
      await expect.poll(() => page.evaluate(() => innerWidth)).toBe(width);
      const pane = page.getByRole('complementary', { name: 'Inspector' });
      if (!(await pane.isVisible())) await page.getByRole('button', { name: 'Toggle inspector' }).click();
      await page.getByRole('tab', { name: 'Details' }).click();
      const row = page
        .getByRole('list', { name: 'Processes' })
        .getByRole('listitem')
        .filter({ hasText: 'running' });
      await row.first().locator('.process-head').click();
      await expect(page.getByRole('list', { name: 'Processes' }).locator('pre')).toContainText('14 ms');
      await app.screenshot(`z-details-${theme}-${width}`);
      await page.getByRole('tab', { name: 'Files' }).click();
      const tree = page.getByRole('tree', { name: 'Files' });
      await expect(tree.getByRole('treeitem').first()).toBeVisible();
      if (!(await tree.getByRole('treeitem', { name: 'checkout' }).isVisible())) {
        await tree.getByRole('treeitem', { name: 'src' }).click();
        await tree.getByRole('treeitem', { name: 'checkout' }).click();
        await tree.getByRole('treeitem', { name: 'hold.ts' }).click();
      }
      await expect(page.getByRole('region', { name: /^File/ })).toContainText('release0');
      await page.mouse.move(10, 400);
      await app.screenshot(`z-files-${theme}-${width}`);
    }
  }
});
