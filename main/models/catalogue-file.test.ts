import { describe, expect, it } from 'vitest';
import { knownModel } from './catalogue.ts';
import { parseCatalogue } from './catalogue-file.ts';

function problems(source: string): readonly string[] {
  const parsed = parseCatalogue(source);
  expect(parsed.overrides.size).toBe(0);
  return parsed.problems;
}

describe('the file of prices and limits', () => {
  it('overrules what is shipped, field by field, and adds models', () => {
    const { overrides, problems: none } = parseCatalogue(`{
      "models": {
        "gpt-5.2": { "price": { "input": 9, "output": 8, "cache_read": 7 } },
        "my-own": { "name": "My own", "context_limit": 32000, "efforts": ["low"] },
        "o3": { "price": null }
      }
    }`);
    expect(none).toEqual([]);
    expect(knownModel('openai/gpt-5.2', overrides)).toMatchObject({
      name: 'GPT-5.2',
      contextLimit: 400_000,
      price: { input: 9, output: 8, cacheRead: 7, cacheWrite: null },
    });
    expect(knownModel('my-own', overrides)).toEqual({
      name: 'My own',
      contextLimit: 32_000,
      efforts: ['low'],
    });
    expect(knownModel('o3', overrides)?.price).toBeNull();
    expect(knownModel('o3')?.price).not.toBeNull();
  });

  it('says the line of what is wrong, and is left aside as a whole', () => {
    expect(problems('{\n  "models": {\n    "a": {},\n')[0]).toMatch(/^Line \d: .+\.$/);
    expect(
      problems('{\n "models": {\n  "a": {\n   "price": { "input": -1, "output": 2 }\n  }\n }\n}'),
    ).toEqual(['Line 4: “models.a.price.input” Too small: expected number to be >=0.']);
    expect(problems('{\n "models": {\n  "a": { "context": 5 }\n }\n}')[0]).toMatch(/^Line 3: “models\.a” /);
    expect(problems('[]')[0]).toMatch(/^Line 1: /);
    expect(problems('')).toHaveLength(1);
  });
});

describe('a model of the catalogue', () => {
  it.each([
    ['claude-sonnet-4-5', 'Claude Sonnet 4.5'],
    ['claude-sonnet-4-5-20250929', 'Claude Sonnet 4.5'],
    ['anthropic/claude-sonnet-4.5', 'Claude Sonnet 4.5'],
    ['models/gemini-2.5-pro', 'Gemini 2.5 Pro'],
    ['openai/o3:free', 'o3'],
    ['gpt-4o-2024-08-06', 'GPT-4o'],
  ])('is known as %s', (id, name) => {
    expect(knownModel(id)?.name).toBe(name);
  });

  it('is not guessed', () => {
    expect(knownModel('gpt-4o-something')).toBeNull();
    expect(knownModel('llama3.3')).toBeNull();
  });
});
