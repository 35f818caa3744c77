import type { Settings } from '@shared/contract/app.ts';
import { type ZoomWay, zoomed } from '@shared/model/zoom.ts';
import {
  Columns2,
  Contrast,
  FileText,
  GitCompare,
  Info,
  ListFilter,
  type LucideIcon,
  Monitor,
  Moon,
  PanelLeft,
  PanelRight,
  RotateCcw,
  SquareTerminal,
  Sun,
  ZoomIn,
  ZoomOut,
} from 'lucide-react';
import { setSettings } from '../app.ts';
import { chooseTab, showInspector, toggleInspector } from '../inspector.ts';
import { navStore, toggleBeside, turnAside } from '../nav.ts';
import { toggleSidebar } from '../sidebar.ts';
import { type Grouping, groupBy, treeViewStore } from '../tree-view.ts';
import { type Command, defineCommands, type Now } from './command.ts';

/** The inbox is about no single chat. */
const hasInspector = ({ route }: Now) => route.view === 'chat' || route.view === 'new';

function inspect(tab: string, title: string, icon: LucideIcon, keys: readonly string[]): Command {
  const run = () => {
    chooseTab(tab);
    showInspector(true);
  };
  return { title, words: 'inspector panel tab', section: 'View', icon, keys, when: hasInspector, run };
}

function theme(value: Settings['theme'], title: string, icon: LucideIcon): Command {
  return {
    title,
    words: 'colour color appearance mode',
    section: 'View',
    icon,
    when: ({ settings }) => settings.theme !== value,
    run: () => void setSettings({ theme: value }),
  };
}

function zoom(way: ZoomWay, title: string, icon: LucideIcon, keys: readonly string[]): Command {
  return {
    title,
    words: 'larger smaller size text font',
    section: 'View',
    icon,
    keys,
    over: 'dialogs',
    when: ({ settings }) => zoomed(settings.zoom, way) !== settings.zoom,
    run: ({ settings }) => void setSettings({ zoom: zoomed(settings.zoom, way) }),
  };
}

function contrast(value: Settings['contrast'], title: string): Command {
  return {
    title,
    words: 'colour color appearance accessibility high',
    section: 'View',
    icon: Contrast,
    when: ({ settings }) => settings.contrast !== value,
    run: () => void setSettings({ contrast: value }),
  };
}

function group(value: Grouping, title: string): Command {
  return {
    title,
    words: 'tree sidebar list sort chats',
    section: 'View',
    icon: ListFilter,
    when: () => treeViewStore.getState().grouping !== value,
    run: () => groupBy(value),
  };
}

export const viewCommands = defineCommands({
  'view.groupWorkspace': group('workspace', 'Group chats by workspace'),
  'view.groupStatus': group('status', 'Group chats by status'),
  'view.groupDate': group('date', 'Group chats by date'),
  'view.sidebar': {
    title: 'Toggle sidebar',
    words: 'show hide chats list',
    section: 'View',
    icon: PanelLeft,
    keys: ['Mod+B'],
    run: toggleSidebar,
  },
  'view.inspector': {
    title: 'Toggle inspector',
    words: 'show hide panel',
    section: 'View',
    icon: PanelRight,
    keys: ['Mod+I'],
    when: hasInspector,
    run: toggleInspector,
  },
  'view.beside': {
    title: 'Two chats side by side',
    words: 'split pane compare',
    section: 'View',
    icon: Columns2,
    keys: ['Mod+\\'],
    run: toggleBeside,
  },
  'view.otherPane': {
    title: 'Go to the other pane',
    words: 'split side switch',
    section: 'View',
    icon: Columns2,
    keys: ['F6'],
    when: () => navStore.getState().beside !== null,
    run: turnAside,
  },
  'view.changes': inspect('changes', 'Show changes', GitCompare, ['Mod+Shift+G']),
  'view.terminal': inspect('terminal', 'Show terminal', SquareTerminal, ['Mod+`']),
  'view.files': inspect('files', 'Show files', FileText, ['Mod+Shift+E']),
  'view.details': inspect('details', 'Show details', Info, ['Mod+Shift+D']),
  'view.zoomIn': zoom('in', 'Zoom in', ZoomIn, ['Mod+=', 'Mod++']),
  'view.zoomOut': zoom('out', 'Zoom out', ZoomOut, ['Mod+-']),
  'view.zoomReset': zoom('reset', 'Reset zoom', RotateCcw, ['Mod+0']),
  'view.themeSystem': theme('system', 'Theme: follow the system', Monitor),
  'view.themeLight': theme('light', 'Theme: light', Sun),
  'view.themeDark': theme('dark', 'Theme: dark', Moon),
  'view.contrastSystem': contrast('system', 'Contrast: follow the system'),
  'view.contrastStandard': contrast('standard', 'Contrast: standard'),
  'view.contrastMore': contrast('more', 'Contrast: high'),
});
