import type { ChatSummary } from '@shared/model/chat.ts';
import {
  Archive,
  ArchiveRestore,
  Bell,
  BellOff,
  Columns2,
  Ellipsis,
  PanelRight,
  Search,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { appStore, setSettings } from '../state/app.ts';
import type { CommandId } from '../state/commands/registry.ts';
import { runCommand } from '../state/commands/run.ts';
import { inspectorStore, isShown, ROOMY } from '../state/inspector.ts';
import { useShortcut } from '../state/keymap.ts';
import { navStore } from '../state/nav.ts';
import { IconButton } from '../ui/button.tsx';
import { useMedia } from '../ui/use-media.ts';
import { CommandMenu } from './command-menu.tsx';

/** What has no button in a narrow window, and what is looked for here. */
const MORE: readonly CommandId[] = [
  'chat.archive',
  'chat.restore',
  'go.back',
  'go.forward',
  'view.beside',
  'view.changes',
  'view.terminal',
  'view.files',
  'view.details',
  'place.doctor',
  'settings.notificationsOff',
  'settings.notificationsOn',
  'help.shortcuts',
];

/** The right end of the title bar. */
export function TitleTools({ chat }: { readonly chat: ChatSummary | null }) {
  const view = useStore(navStore, (s) => s.route.view);
  return (
    <div className="tools">
      {chat?.parent_chat_id === null && <ArchiveButton chat={chat} />}
      <CommandButton id="go.palette" label="Command palette" title="Find a chat, a command, a setting">
        <Search className="i" aria-hidden="true" />
      </CommandButton>
      <BellButton />
      <BesideButton />
      {(view === 'chat' || view === 'new') && <InspectorButton />}
      <CommandMenu label="More" className="ib from-narrow" commands={MORE}>
        <Ellipsis className="i" aria-hidden="true" />
      </CommandMenu>
    </div>
  );
}

interface CommandButtonProps {
  readonly id: CommandId;
  readonly label: string;
  readonly title?: string;
  readonly className?: string;
  /** Of what it switches on and off. */
  readonly pressed?: boolean;
  readonly children: ReactNode;
}

/** A button of a command; its tooltip tells the shortcut. */
function CommandButton({
  id,
  label,
  title = label,
  className = '',
  pressed,
  children,
}: CommandButtonProps) {
  const { text, aria } = useShortcut(id);
  return (
    <IconButton
      label={label}
      title={[title, text].filter(Boolean).join(' · ')}
      aria-keyshortcuts={aria}
      aria-pressed={pressed}
      className={`${className} ${pressed ? 'on' : ''}`}
      onClick={() => void runCommand(id)}
    >
      {children}
    </IconButton>
  );
}

function ArchiveButton({ chat }: { readonly chat: ChatSummary }) {
  return chat.archived ? (
    <CommandButton id="chat.restore" label="Restore chat" className="to-narrow">
      <ArchiveRestore className="i" aria-hidden="true" />
    </CommandButton>
  ) : (
    <CommandButton id="chat.archive" label="Archive chat" className="to-narrow">
      <Archive className="i" aria-hidden="true" />
    </CommandButton>
  );
}

function BellButton() {
  const on = useStore(appStore, (s) => s.settings.notifications);
  const switching = useStore(appStore, (s) => s.switching);
  const Icon = on ? Bell : BellOff;
  return (
    <IconButton
      label="Notifications"
      title={on ? 'Notifications are on' : 'Notifications are off'}
      aria-pressed={on}
      aria-busy={switching}
      className={`to-drawer ${on ? '' : 'muted'}`}
      onClick={() => void setSettings({ notifications: !on })}
    >
      <Icon className="i" aria-hidden="true" />
    </IconButton>
  );
}

function BesideButton() {
  const split = useStore(navStore, (s) => s.beside !== null);
  return (
    <CommandButton id="view.beside" label="Two chats side by side" className="to-narrow" pressed={split}>
      <Columns2 className="i" aria-hidden="true" />
    </CommandButton>
  );
}

function InspectorButton() {
  const roomy = useMedia(ROOMY);
  const shown = useStore(inspectorStore, (s) => isShown(s, roomy));
  return (
    <CommandButton id="view.inspector" label="Toggle inspector" title="Inspector" pressed={shown}>
      <PanelRight className="i" aria-hidden="true" />
    </CommandButton>
  );
}
