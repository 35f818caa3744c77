import type { TerminalEvent } from '@shared/contract/terminals.ts';
import type { WorkspaceId } from '@shared/model/ids.ts';
import type { TerminalSummary } from '@shared/model/terminal.ts';
import { FitAddon } from '@xterm/addon-fit';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { watchFeed } from '../../lib/bridge.ts';
import type { Feed } from '../../lib/feed-loop.ts';
import { monoFont, screenTheme } from './screen-theme.ts';
import { Speaker } from './speaker.ts';
import { cleanPaste, cleanTitle, gapNotice } from './terminal-text.ts';

interface Size {
  readonly cols: number;
  readonly rows: number;
}

export interface ScreenEvents {
  onInput(bytes: Uint8Array<ArrayBuffer>): void;
  onSize(size: Size): void;
  onTitle(title: string): void;
  onLink(url: string): void;
  /** The keyboard wants out. */
  onLeave(): void;
}

export interface ScreenOf {
  readonly workspaceId: WorkspaceId;
  readonly terminal: TerminalSummary;
  /** Nobody has read it before: its first questions are still to be answered. */
  readonly fresh: boolean;
}

const SCROLLBACK_LINES = 5_000;
/** JetBrains Mono of 12 px is 16 px high by itself; a row is 18. */
const LINE_HEIGHT = 18 / 16;
/** Text that its colours would make unreadable is moved apart from its background. */
const READABLE = 4.5;
const SIZE_AFTER_MS = 60;
/** A person is at it. */
const TOUCHES = ['focusin', 'keydown', 'pointerdown', 'paste'] as const;
const HIDE_CURSOR = '\u001b[?25l';
/** Bytes that wait to be drawn: from the one on the feed is let go, below the other it is opened again. */
const MOST_WAITING = 2 * 1024 * 1024;
const FEW_WAITING = 256 * 1024;

/** What one terminal shows, kept with its scrollback while its pane comes and goes. */
export class Screen {
  readonly element = document.createElement('div');
  private readonly of: ScreenOf;
  /** Of whoever shows it now. */
  private on: ScreenEvents | null = null;
  private speaker: Speaker | null = null;
  private size: Size;
  private readonly xterm: Terminal;
  private readonly fit = new FitAddon();
  private readonly sizes = new ResizeObserver(() => this.measureSoon());
  private measuring: ReturnType<typeof setTimeout> | null = null;
  private feed: Feed | null = null;
  private cursor = 0;
  /** Just come back to it: what was written meanwhile is history, and questions in it were answered by others. */
  private returning: boolean;
  /** Until this byte is drawn, nothing is typed. */
  private historyEnd: number | null = null;
  private waiting = 0;
  private enabled = false;
  private ended = false;

  constructor(of: ScreenOf) {
    this.of = of;
    this.returning = !of.fresh;
    const { cols, rows } = of.terminal;
    this.size = { cols, rows };
    this.xterm = new Terminal({
      cols,
      rows,
      fontFamily: monoFont(),
      fontSize: 12,
      lineHeight: LINE_HEIGHT,
      scrollback: SCROLLBACK_LINES,
      theme: screenTheme(),
      minimumContrastRatio: READABLE,
      disableStdin: true,
      logLevel: 'off',
      linkHandler: { activate: (_event, url) => this.on?.onLink(url), allowNonHttpProtocols: false },
    });
    this.element.className = 'screen';
    this.xterm.loadAddon(this.fit);
    this.xterm.loadAddon(new WebLinksAddon((_event, url) => this.on?.onLink(url)));
    // Nothing in a terminal reaches the clipboard by itself.
    this.xterm.parser.registerOscHandler(52, () => true);
    this.xterm.onData((text) => this.send(new TextEncoder().encode(text)));
    this.xterm.onBinary((text) => this.send(Uint8Array.from(text, (char) => char.charCodeAt(0))));
    this.xterm.onTitleChange((title) => this.on?.onTitle(cleanTitle(title)));
    this.xterm.attachCustomKeyEventHandler((event) => this.takesKey(event));
    for (const touch of TOUCHES)
      this.element.addEventListener(touch, () => this.speaker?.claim(), { capture: true });
    this.element.addEventListener('paste', (event) => this.paste(event), { capture: true });
  }

  /** Shows it in `parent` and follows the terminal; the font must be there. */
  attach(parent: HTMLElement, on: ScreenEvents): void {
    this.on = on;
    parent.append(this.element);
    if (!this.xterm.element) this.xterm.open(this.element);
    this.sizes.observe(this.element);
    this.speaker = new Speaker(this.of.terminal.id, () => this.speakerChanged());
    window.addEventListener('focus', this.windowTouched);
    window.addEventListener('pagehide', this.windowGone);
    this.follow();
  }

  detach(): void {
    this.on = null;
    this.returning = true;
    this.sizes.disconnect();
    window.removeEventListener('focus', this.windowTouched);
    window.removeEventListener('pagehide', this.windowGone);
    this.windowGone();
    if (this.measuring !== null) clearTimeout(this.measuring);
    this.measuring = null;
    this.feed?.close();
    this.feed = null;
    this.element.remove();
  }

  dispose(): void {
    this.detach();
    this.xterm.dispose();
  }

  focus(): void {
    this.xterm.focus();
  }

  setEnabled(enabled: boolean): void {
    this.enabled = enabled;
    this.listen();
  }

  /** As the terminal is now; where another window speaks for it, that is how it is shown. */
  setSize(size: Size): void {
    this.size = size;
    if (!this.speaks) this.xterm.resize(size.cols, size.rows);
  }

  setLabel(label: string): void {
    this.xterm.textarea?.setAttribute('aria-label', label);
  }

  showTheme(): void {
    this.xterm.options.theme = screenTheme();
  }

  private readonly windowTouched = () => this.speaker?.claim();
  private readonly windowGone = () => {
    this.speaker?.close();
    this.speaker = null;
  };

  private get speaks(): boolean {
    return this.speaker?.speaks ?? false;
  }

  private speakerChanged(): void {
    this.listen();
    if (this.speaks) this.measureSoon();
    else this.setSize(this.size);
  }

  private follow(): void {
    if (this.feed || this.ended || !this.element.isConnected) return;
    const { workspaceId, terminal } = this.of;
    const input = () => ({ workspaceId, terminalId: terminal.id, after: this.cursor });
    const onEvents = (events: readonly TerminalEvent[]) => {
      for (const event of events) this.take(event);
    };
    this.feed = watchFeed('terminal.output', input, { onEvents });
  }

  private take(event: TerminalEvent): void {
    if (event.type === 'attached') {
      this.historyEnd = this.returning && this.cursor < event.total ? event.total : null;
      this.returning = false;
      this.listen();
      this.measureSoon();
    } else if (event.type === 'output') {
      this.write(event);
    } else {
      this.ended = true;
      this.feed?.close();
      this.feed = null;
      this.xterm.write(HIDE_CURSOR);
      this.listen();
    }
  }

  private write({ bytes, next, skipped }: Extract<TerminalEvent, { type: 'output' }>): void {
    if (skipped > 0) this.xterm.write(gapNotice(skipped));
    this.cursor = next;
    this.waiting += bytes.length;
    this.xterm.write(bytes, () => {
      this.waiting -= bytes.length;
      if (this.historyEnd !== null && next >= this.historyEnd) this.live();
      if (this.waiting < FEW_WAITING) this.follow();
    });
    if (this.waiting <= MOST_WAITING) return;
    // More than the screen can draw: what comes meanwhile is kept by the agent.
    this.feed?.close();
    this.feed = null;
  }

  /** All history is drawn, in the size that it had: from here on it is ours. */
  private live(): void {
    this.historyEnd = null;
    this.listen();
    this.measureSoon();
  }

  /** Also the answers to what programs ask of a screen go out as input: one window gives them. */
  private listen(): void {
    const live = this.enabled && !this.ended && !this.returning && this.historyEnd === null && this.speaks;
    this.xterm.options.disableStdin = !live;
  }

  private send(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length > 0) this.on?.onInput(bytes);
  }

  private measureSoon(): void {
    if (this.measuring !== null) clearTimeout(this.measuring);
    this.measuring = setTimeout(() => {
      this.measuring = null;
      if (this.historyEnd !== null || this.element.clientWidth === 0 || !this.speaks) return;
      this.fit.fit();
      // Another window may have given it another size since.
      if (!this.ended) this.on?.onSize({ cols: this.xterm.cols, rows: this.xterm.rows });
    }, SIZE_AFTER_MS);
  }

  /** False: not the terminal's; the window's own keys go on to it. */
  private takesKey(event: KeyboardEvent): boolean {
    if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return true;
    if (event.type !== 'keydown') return false;
    if (event.key === 'Escape') {
      event.preventDefault();
      this.on?.onLeave();
    }
    if (event.code === 'KeyC') {
      event.preventDefault();
      const text = this.xterm.getSelection();
      if (text !== '') void navigator.clipboard.writeText(text).catch(() => undefined);
    }
    // Ctrl+Shift+V is the platform's own paste.
    return false;
  }

  private paste(event: ClipboardEvent): void {
    event.preventDefault();
    event.stopPropagation();
    this.xterm.paste(cleanPaste(event.clipboardData?.getData('text/plain') ?? ''));
  }
}
