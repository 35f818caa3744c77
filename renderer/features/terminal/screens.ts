import type { TerminalId, WorkspaceId } from '@shared/model/ids.ts';
import type { Screen, ScreenOf } from './screen.ts';

/** Screens that stay when they are not shown; the one that was looked at longest ago goes first. */
const KEPT = 8;

const screens = new Map<TerminalId, { readonly workspaceId: WorkspaceId; readonly screen: Screen }>();
let themes: MutationObserver | null = null;

/** The screen of a terminal: the one that it had, or a new one. Its code is loaded at first use. */
export async function loadScreen(of: ScreenOf): Promise<Screen> {
  const fonts = document.fonts.load("12px 'JetBrains Mono Variable'").catch(() => []);
  const [{ Screen }] = await Promise.all([import('./screen.ts'), fonts]);
  const { workspaceId, terminal } = of;
  const screen = screens.get(terminal.id)?.screen ?? new Screen(of);
  screens.delete(terminal.id);
  screens.set(terminal.id, { workspaceId, screen });
  for (const [id, kept] of [...screens].slice(0, Math.max(0, screens.size - KEPT))) {
    if (kept.screen.element.isConnected) continue;
    kept.screen.dispose();
    screens.delete(id);
  }
  themes ??= followThemes();
  return screen;
}

/** Of a workspace's terminals only these are left. */
export function dropScreens(workspaceId: WorkspaceId, left: readonly TerminalId[]): void {
  for (const [id, { workspaceId: at, screen }] of screens) {
    if (at !== workspaceId || left.includes(id)) continue;
    screen.dispose();
    screens.delete(id);
  }
}

function followThemes(): MutationObserver {
  const observer = new MutationObserver(() => {
    for (const { screen } of screens.values()) screen.showTheme();
  });
  observer.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-theme', 'data-contrast'],
  });
  return observer;
}
