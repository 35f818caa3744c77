import type { ApprovalMode } from '@shared/model/workspace.ts';
import {
  Layers,
  Play,
  RotateCw,
  ScrollText,
  Shield,
  ShieldCheck,
  ShieldOff,
  Square,
  Stethoscope,
  Terminal,
  Trash2,
  Unplug,
} from 'lucide-react';
import { openDoctor } from '../doctor.ts';
import { openInTerminal } from '../terminals.ts';
import { changeWorkspace, removeLabel } from '../workspace-actions.ts';
import { showWorkspaceDialog } from '../workspace-dialogs.ts';
import { reconnect, setMode } from '../workspaces.ts';
import { type Command, defineCommands, type Now } from './command.ts';

const isRemote = ({ place }: Now) => place !== null && place.hostId !== null;
const can =
  (action: 'start' | 'stop' | 'retry' | 'remove') =>
  ({ place }: Now): boolean =>
    place?.actions.includes(action) === true;

function mode(value: ApprovalMode, title: string, icon: Command['icon']): Command {
  return {
    title: `Approvals: ${title}`,
    titleNow: ({ place }) => `Approvals in ${place?.name ?? 'this workspace'}: ${title}`,
    words: 'mode permission allow',
    section: 'Workspace',
    icon,
    when: ({ place }) => place !== null && place.mode !== value,
    run: ({ place }) => {
      if (place) void setMode(place.id, value);
    },
  };
}

export const placeCommands = defineCommands({
  'place.new': {
    title: 'New workspace from a template…',
    words: 'worktree container folder create',
    section: 'Workspace',
    icon: Layers,
    run: ({ place }) => showWorkspaceDialog({ kind: 'create', from: place?.id ?? null }),
  },
  'place.terminal': {
    title: 'New terminal',
    words: 'shell console',
    section: 'Workspace',
    icon: Terminal,
    keys: ['Mod+Shift+T'],
    when: ({ place }) => place !== null,
    run: ({ place }) => {
      if (place) void openInTerminal(place.id, null);
    },
  },
  'place.doctor': {
    title: 'Connection doctor',
    titleNow: ({ place }) => `Connection doctor: ${place?.host ?? ''}`,
    words: 'ssh host diagnose link',
    section: 'Workspace',
    icon: Stethoscope,
    when: isRemote,
    run: ({ place }) => {
      if (place) openDoctor(place.host);
    },
  },
  'place.reconnect': {
    title: 'Reconnect host',
    titleNow: ({ place }) => `Reconnect ${place?.host ?? 'host'}`,
    words: 'ssh link connect',
    section: 'Workspace',
    icon: Unplug,
    when: isRemote,
    run: ({ place }) => {
      if (place) void reconnect(place.id);
    },
  },
  'place.modeAsk': mode('ask', 'ask first', ShieldCheck),
  'place.modeEdit': mode('edit', 'edit freely', Shield),
  'place.modeAuto': mode('auto', 'full auto', ShieldOff),
  'place.start': {
    title: 'Start workspace',
    section: 'Workspace',
    icon: Play,
    when: can('start'),
    run: ({ place }) => {
      if (place) void changeWorkspace(place, 'start');
    },
  },
  'place.stop': {
    title: 'Stop workspace',
    section: 'Workspace',
    icon: Square,
    when: can('stop'),
    run: ({ place }) => {
      if (place) void changeWorkspace(place, 'stop');
    },
  },
  'place.retry': {
    title: 'Try again to make the workspace',
    section: 'Workspace',
    icon: RotateCw,
    when: can('retry'),
    run: ({ place }) => {
      if (place) void changeWorkspace(place, 'retry');
    },
  },
  'place.output': {
    title: 'Show output of the workspace’s scripts',
    words: 'log',
    section: 'Workspace',
    icon: ScrollText,
    when: ({ place }) => place?.made === true,
    run: ({ place }) => {
      if (place) showWorkspaceDialog({ kind: 'output', workspaceId: place.id });
    },
  },
  'place.remove': {
    title: 'Remove workspace…',
    titleNow: ({ place }) => (place ? removeLabel(place) : ''),
    words: 'delete forget',
    section: 'Workspace',
    icon: Trash2,
    when: can('remove'),
    run: ({ place }) => {
      if (place) showWorkspaceDialog({ kind: 'remove', workspaceId: place.id });
    },
  },
});
