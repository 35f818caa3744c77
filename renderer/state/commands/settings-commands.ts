import {
  ArchiveRestore,
  Bell,
  BellOff,
  CircleDollarSign,
  Container,
  Cpu,
  FileInput,
  FileOutput,
  GitBranch,
  Keyboard as KeyboardIcon,
  KeyRound,
  Server,
  Settings,
  ShieldCheck,
} from 'lucide-react';
import { setSettings } from '../app.ts';
import { closeSettings, navStore, type SettingsPart, showSettings } from '../nav.ts';
import { toast } from '../toasts.ts';
import { askExport, chooseImport } from '../transfer.ts';
import { type Command, defineCommands } from './command.ts';

function part(id: SettingsPart, title: string, icon: Command['icon'], words = ''): Command {
  const run = () => showSettings(id);
  return {
    title: `Settings: ${title}`,
    words: `preferences options ${words}`,
    section: 'Settings',
    icon,
    run,
  };
}

export const settingsCommands = defineCommands({
  'settings.open': {
    title: 'Settings',
    words: 'preferences options',
    section: 'Settings',
    icon: Settings,
    keys: ['Mod+,'],
    // It closes them again.
    over: 'settings',
    run: () => (navStore.getState().settings ? closeSettings() : showSettings()),
  },
  'settings.general': part('general', 'General', Settings, 'theme notifications'),
  'settings.keyboard': part('keyboard', 'Keyboard', KeyboardIcon, 'shortcuts keys bindings'),
  'settings.accounts': part('accounts', 'Accounts', KeyRound, 'keys providers api'),
  'settings.models': part('models', 'Models', Cpu, 'default price context effort'),
  'settings.usage': part('usage', 'Usage', CircleDollarSign, 'cost spent money budget cap today'),
  'settings.approvals': part('approvals', 'Approvals', ShieldCheck, 'rules permissions'),
  'settings.git': part('git', 'Git accounts', GitBranch, 'forge token github gitlab'),
  'settings.hosts': part('hosts', 'Hosts', Server, 'ssh'),
  'settings.templates': part('templates', 'Templates', Container, 'workspaces'),
  'settings.backups': part('backups', 'Backups', ArchiveRestore, 'copies restore integrity database'),
  'settings.exportAll': {
    title: 'Export all chats…',
    words: 'save json markdown html backup',
    section: 'Settings',
    icon: FileOutput,
    run: () => askExport(null),
  },
  'settings.import': {
    title: 'Import chats…',
    words: 'json open load',
    section: 'Settings',
    icon: FileInput,
    run: () => void chooseImport().then((problem) => problem && toast(problem)),
  },
  'settings.notificationsOff': {
    title: 'Turn notifications off',
    words: 'mute quiet bell',
    section: 'Settings',
    icon: BellOff,
    when: ({ settings }) => settings.notifications,
    run: () => void setSettings({ notifications: false }),
  },
  'settings.notificationsOn': {
    title: 'Turn notifications on',
    words: 'unmute bell',
    section: 'Settings',
    icon: Bell,
    when: ({ settings }) => !settings.notifications,
    run: () => void setSettings({ notifications: true }),
  },
});
