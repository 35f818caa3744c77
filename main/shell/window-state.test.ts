import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { placeOn, readWindowState, writeWindowState } from './window-state.ts';

function stateFile(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'gaffer-window-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true }));
  return path.join(dir, 'window.json');
}

const bounds = { x: 10, y: 20, width: 1200, height: 800 };

test('what was written is read', () => {
  const file = stateFile();
  writeWindowState(file, { bounds, maximized: true, fullScreen: true, theme: 'dark', zoom: 1.25 });
  expect(readWindowState(file)).toEqual({
    bounds,
    maximized: true,
    fullScreen: true,
    theme: 'dark',
    zoom: 1.25,
  });
});

test.each(['', 'not json', '{"bounds":{"x":1},"maximized":true,"theme":"dark"}', '[]'])(
  'a spoilt file (%j) is a first start',
  (text) => {
    const file = stateFile();
    fs.writeFileSync(file, text);
    expect(readWindowState(file)).toEqual({
      bounds: null,
      maximized: false,
      fullScreen: false,
      theme: 'system',
      zoom: 1,
    });
  },
);

test('a file from before there was a zoom, or with one that cannot be, is of the size that was designed', () => {
  const file = stateFile();
  for (const zoom of [undefined, 0, 40, 'large']) {
    fs.writeFileSync(
      file,
      JSON.stringify({ bounds, maximized: false, fullScreen: false, theme: 'dark', zoom }),
    );
    expect(readWindowState(file)).toEqual({
      bounds,
      maximized: false,
      fullScreen: false,
      theme: 'dark',
      zoom: 1,
    });
  }
});

const laptop = { x: 0, y: 0, width: 1440, height: 900 };
const beside = { x: 1440, y: 0, width: 2560, height: 1440 };
const there = { x: 2000, y: 100, width: 1200, height: 800 };

test.each([
  ['stays where it was', [laptop, beside], there, there],
  ['stays partly outside, where it was put', [laptop], { ...there, x: 700 }, { ...there, x: 700 }],
  ['comes back from a display that is gone', [laptop], there, { ...there, x: 240, y: 100 }],
  ['comes back to the nearest one', [beside, laptop], { ...bounds, x: -900 }, { ...bounds, x: 0 }],
  ['comes down from above', [laptop], { ...bounds, y: -400 }, { ...bounds, y: 0 }],
  ['shrinks with its display', [laptop], { x: 40, y: 30, width: 2400, height: 1300 }, laptop],
  ['has no place without a display', [], there, null],
])('a window %s', (_what, displays, remembered, expected) => {
  expect(placeOn(displays, remembered)).toEqual(expected);
});
