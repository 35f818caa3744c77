import { Notification, type NotificationAction } from 'electron';
import type { Log } from '../base/log.ts';

export interface Notice {
  readonly title: string;
  readonly body: string;
  /** The one before about the same goes: they do not pile up. */
  readonly about?: string;
  /** Somebody waits for an answer. */
  readonly isUrgent?: boolean;
  readonly isSilent: boolean;
  onClick(): void;
  /** Offers to deny, where the system has buttons for notifications. */
  onDeny?(): void;
}

export interface Notifier {
  show(notice: Notice): void;
  /** What it is about was seen, or is over. */
  takeBack(about: string): void;
  /** Takes back all that is still on the screen: a press on it would lead nowhere. */
  close(): void;
}

/** What an approval may be answered with from outside its card: never with yes. */
const BUTTONS: NotificationAction[] = [
  { type: 'button', text: 'Open' },
  { type: 'button', text: 'Deny' },
];
const HAS_BUTTONS = process.platform === 'darwin';
const MAX_SHOWN = 50;
const MAX_TITLE = 120;
const MAX_BODY = 300;

/** Notifications of the operating system, for a ready app. Without a service that shows them, the log says so. */
export function createNotifier(log: Log): Notifier {
  // A notification that is collected as garbage never reports its click.
  const shown = new Set<Notification>();
  const last = new Map<string, Notification>();
  return {
    show(notice) {
      const notification = new Notification({
        title: oneLine(notice.title, MAX_TITLE),
        body: oneLine(notice.body, MAX_BODY),
        silent: notice.isSilent,
        ...(notice.isUrgent ? { urgency: 'critical' as const } : {}),
        // Elsewhere they are ignored: a press on the notification opens the chat.
        ...(notice.onDeny && HAS_BUTTONS ? { actions: BUTTONS } : {}),
      });
      notification.on('click', () => {
        shown.delete(notification);
        notice.onClick();
      });
      notification.on('action', (_event, index) => {
        shown.delete(notification);
        if (BUTTONS[index]?.text === 'Deny') notice.onDeny?.();
        else notice.onClick();
      });
      notification.on('close', () => shown.delete(notification));
      notification.on('failed', (_event, error) => {
        shown.delete(notification);
        log.warn('a notification was not shown', { error });
      });
      shown.add(notification);
      if (notice.about !== undefined) {
        last.get(notice.about)?.close();
        last.set(notice.about, notification);
      }
      const [oldest] = shown;
      if (shown.size > MAX_SHOWN && oldest) shown.delete(oldest);
      for (const [about, one] of last) if (!shown.has(one)) last.delete(about);
      notification.show();
    },
    takeBack(about) {
      last.get(about)?.close();
      last.delete(about);
    },
    close() {
      for (const notification of shown) notification.close();
      shown.clear();
    },
  };
}

/** Titles come from a model: control characters and endless lines stay out. */
function oneLine(text: string, max: number): string {
  const line = text.replace(/\p{Cc}+/gu, ' ').trim();
  return line.length > max ? `${line.slice(0, max - 1).trimEnd()}…` : line;
}
