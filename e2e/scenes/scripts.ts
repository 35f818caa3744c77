import type { ModelServer } from '../fixtures/model-server.ts';
import { type ScriptedStep, script, scriptTitle } from '../fixtures/script.ts';

/** A chat of the scenes: what it is told, what it is called, and what the model does then. */
export interface Part {
  readonly told: string;
  readonly title: string;
  readonly steps: readonly ScriptedStep[];
}

const read = (file: string) => ({ name: 'read_file', args: { path: file } });

export const FLAKY: Part = {
  told: 'The checkout test fails about one run in five on CI. Find out why and fix it properly, no sleeps.',
  title: 'Fix flaky checkout test',
  steps: [
    {
      think: 'A hold that is released twice, or a sale that reads a hold in between. Look at both first.',
      calls: [
        read('src/checkout/hold.ts'),
        read('src/checkout/seats.ts'),
        read('src/checkout/sql.ts'),
        read('src/checkout/hold.test.ts'),
        read('src/events.ts'),
      ],
    },
    {
      calls: [
        {
          name: 'edit_files',
          args: {
            files: [
              {
                path: 'src/checkout/hold.ts',
                edits: [
                  {
                    search: 'await this.pool.query(RELEASE, [id]);',
                    replace: 'await this.inTx((tx) => tx.query(RELEASE, [id]));',
                  },
                  {
                    search: "this.events.emit('released', id);",
                    replace: "this.outbox.add('released', id);",
                  },
                ],
              },
            ],
          },
        },
      ],
    },
    {
      say: 'The hold was released **outside the transaction** that marks the seat as sold, so a second buyer could read it in between. I moved the release into the same transaction and made `released` fire after commit. Now I repeat the suite fifty times.',
      calls: [{ name: 'execute', args: { command: 'npm test -- checkout --repeat 50', timeout: '1h' } }],
    },
  ],
};

export const BISECT: Part = {
  told: 'Find the commit that made startup slow',
  title: 'Bisect the regression',
  steps: [
    {
      say: 'I start from the last release.',
      calls: [{ name: 'execute', args: { command: 'git bisect reset && git checkout main' } }],
    },
    { say: 'Done.' },
  ],
};

export const OUTBOX: Part = {
  told: 'Explain the outbox table to somebody new',
  title: 'Explain the outbox table',
  steps: [
    { think: 'They are new: begin with why.', calls: [read('docs/outbox.md')] },
    {
      say: [
        'Events are written **with** the change that they tell of, so neither can be lost alone.',
        '',
        '| column | what it is |',
        '| --- | --- |',
        '| `id` | order of writing |',
        '| `name` | `released`, `sold` |',
        '| `sent_at` | null until a worker has passed it on |',
        '',
        '```ts',
        "await tx.outbox.add('released', hold.id);",
        '```',
        '',
        '1. A worker reads what is not sent, oldest first.',
        '2. It marks a row only after the bus has taken it.',
        '',
        'So an event may arrive twice: consumers keep the ids that they have seen. See [the pattern](https://example.com/outbox).',
      ].join('\n'),
    },
  ],
};

export const UPGRADE: Part = {
  told: 'Upgrade the database to Postgres 18',
  title: 'Upgrade to Postgres 18',
  steps: [
    {
      calls: [{ name: 'execute', args: { command: 'git status --short && ls | head -3' } }],
      usage: { input_tokens: 61_400, output_tokens: 1_930 },
    },
    {
      say: 'Done: the suite is green on 18, and `docs/upgrade.md` says how to go back.',
      usage: { input_tokens: 64_100, output_tokens: 2_210 },
    },
  ],
};

export const LIMITS: Part = {
  told: 'Rate limits for each tenant',
  title: 'Rate limits per tenant',
  steps: [],
};
export const SOFTMAX: Part = {
  told: 'Port the softmax kernel to bf16',
  title: 'Port softmax to bf16',
  steps: [],
};
export const NOTES: Part = {
  told: 'Summarise what people said in June',
  title: 'Summarise June interviews',
  steps: [
    {
      say: 'Eleven people, three wishes: faster search, fewer questions, a way to see what it cost.',
      usage: { input_tokens: 184_300, output_tokens: 3_120 },
    },
  ],
};

export function scriptParts(server: ModelServer): void {
  for (const part of [FLAKY, BISECT, OUTBOX, UPGRADE, NOTES]) script(server, part.told, part.steps);
  for (const { told, title } of [FLAKY, BISECT, OUTBOX, UPGRADE, LIMITS, SOFTMAX, NOTES])
    scriptTitle(server, told, title);
}
