import { describe, expect, it } from 'vitest';
import { isOfPlace } from './key-places.ts';
import { keysAria, keysOf, keysText, type Stroke } from './keys.ts';

const NONE = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const press = (key: string, code: string, held: Partial<Stroke> = {}) => ({ key, code, ...NONE, ...held });
const ctrl = { ctrlKey: true };

describe('a stroke', () => {
  it('is named by what the layout writes, with Mod for the platform’s own key', () => {
    expect(keysOf(press('n', 'KeyN', ctrl), 'linux')).toBe('Mod+N');
    expect(keysOf(press('N', 'KeyN', { ...ctrl, shiftKey: true }), 'win32')).toBe('Mod+Shift+N');
    expect(keysOf(press('n', 'KeyN', { metaKey: true }), 'darwin')).toBe('Mod+N');
    expect(keysOf(press('n', 'KeyN', ctrl), 'darwin')).toBe('Ctrl+N');
    expect(keysOf(press('n', 'KeyN', { metaKey: true }), 'linux')).toBe('Meta+N');
    // Dvorak: the letter, not its place.
    expect(keysOf(press('k', 'KeyV', ctrl), 'linux')).toBe('Mod+K');
    // With caps lock.
    expect(keysOf(press('K', 'KeyK', ctrl), 'linux')).toBe('Mod+K');
  });

  it('is named by its place where the layout writes no Latin letter', () => {
    expect(keysOf(press('т', 'KeyN', ctrl), 'linux')).toBe('Mod+N');
    expect(keysOf(press('Л', 'KeyK', { ...ctrl, shiftKey: true }), 'linux')).toBe('Mod+Shift+K');
    expect(keysOf(press('б', 'Comma', ctrl), 'linux')).toBe('Mod+,');
    expect(keysOf(press('à', 'Digit0', ctrl), 'linux')).toBe('Mod+0');
    // Option writes "˜" or begins an accent.
    expect(keysOf(press('Dead', 'KeyN', { altKey: true, metaKey: true }), 'darwin')).toBe('Mod+Alt+N');
    expect(keysOf(press('@', 'KeyL', { altKey: true, metaKey: true }), 'darwin')).toBe('Mod+Alt+L');
  });

  it('has Shift in a symbol, and names it with letters and named keys', () => {
    expect(keysOf(press('?', 'Slash', { shiftKey: true }), 'linux')).toBe('?');
    expect(keysOf(press('?', 'Minus', { shiftKey: true }), 'linux')).toBe('?');
    expect(keysOf(press('+', 'Equal', { ...ctrl, shiftKey: true }), 'linux')).toBe('Mod++');
    expect(keysOf(press('+', 'NumpadAdd', ctrl), 'linux')).toBe('Mod++');
    expect(keysOf(press('Tab', 'Tab', { ...ctrl, shiftKey: true }), 'linux')).toBe('Mod+Shift+Tab');
    expect(keysOf(press('ArrowLeft', 'ArrowLeft', { altKey: true }), 'linux')).toBe('Alt+Left');
  });

  it('is none for a modifier alone, and for a character written with AltGr', () => {
    expect(keysOf(press('Control', 'ControlLeft', ctrl), 'linux')).toBe(null);
    expect(keysOf(press('AltGraph', 'AltRight'), 'linux')).toBe(null);
    expect(keysOf(press('Process', ''), 'linux')).toBe(null);
    const held = { ...ctrl, altKey: true, altGraph: true };
    expect(keysOf(press('@', 'KeyQ', held), 'win32')).toBe(null);
  });

  it('is written as its platform’s people read it', () => {
    expect(keysText('Mod+Shift+N', 'linux')).toBe('Ctrl Shift N');
    expect(keysText('Mod+Shift+N', 'darwin')).toBe('⇧⌘N');
    expect(keysText('Mod++', 'linux')).toBe('Ctrl +');
    expect(keysText('Alt+Left', 'win32')).toBe('Alt ←');
    expect(keysText('?', 'linux')).toBe('?');
    expect(keysAria('Mod+Shift+N', 'darwin')).toBe('Meta+Shift+N');
    expect(keysAria('Alt+Left', 'linux')).toBe('Alt+ArrowLeft');
    expect(keysAria('Mod++', 'linux')).toBe('Control++');
  });
});

describe('what has the focus keeps', () => {
  const kept = (place: 'text' | 'terminal', platform: 'linux' | 'darwin', list: string) =>
    list.split(' ').filter((keys) => isOfPlace(keys, place, platform));

  it('the keys that write and edit, in a text field', () => {
    const all =
      'A ? Shift+A Enter Left Mod+A Mod+V Mod+Z Mod+Shift+Z Mod+Left Mod+Backspace Mod+Enter Shift+Tab';
    expect(kept('text', 'linux', all)).toEqual(all.split(' '));
    expect(kept('text', 'linux', 'Mod+K Mod+N Mod+Shift+A F2 Alt+Left Mod+, Mod+. Mod++ Mod+Tab')).toEqual(
      [],
    );
    expect(kept('text', 'darwin', 'Alt+Left Alt+N Ctrl+K Ctrl+A')).toEqual([
      'Alt+Left',
      'Alt+N',
      'Ctrl+K',
      'Ctrl+A',
    ]);
    expect(kept('text', 'darwin', 'Mod+K Mod+[ Ctrl+Tab')).toEqual([]);
  });

  it('what a program hears, in a terminal', () => {
    const all =
      'A ? F2 Escape Alt+Left Alt+B Mod+K Mod+N Mod+C Mod+[ Mod+Space Mod+Up Mod+Left Mod+Shift+C Mod+Shift+V';
    expect(kept('terminal', 'linux', all)).toEqual(all.split(' '));
    expect(
      kept(
        'terminal',
        'linux',
        'Mod+Shift+P Mod+Shift+N Mod+, Mod+. Mod++ Mod+- Mod+0 Mod+Tab Mod+Shift+Tab',
      ),
    ).toEqual([]);
    expect(kept('terminal', 'darwin', 'Ctrl+C Alt+B A Mod+C')).toEqual(['Ctrl+C', 'Alt+B', 'A', 'Mod+C']);
    expect(kept('terminal', 'darwin', 'Mod+K Mod+N Mod+Shift+P')).toEqual([]);
  });

  it('nothing elsewhere', () => {
    expect(isOfPlace('?', 'page', 'linux')).toBe(false);
  });
});
