import fs from 'node:fs';

/** A Vitest reporter: writes the titles of tests that passed at a second try only, with the first error of each. */
export default class SecondTries {
  #found = [];

  onTestCaseResult(test) {
    if (!test.diagnostic()?.flaky) return;
    const errors = test.result().errors ?? [];
    this.#found.push(
      [`${test.module.moduleId}: ${test.fullName}`, ...errors.map((e) => e.message)].join('\n'),
    );
  }

  onTestRunEnd() {
    const file = process.env.GAFFER_SECOND_TRIES;
    if (file) fs.writeFileSync(file, JSON.stringify(this.#found));
  }
}
