import type { Settings as SettingValues } from '@shared/contract/app.ts';
import { type ZoomWay, zoomed } from '@shared/model/zoom.ts';
import { Minus, Plus } from 'lucide-react';
import { useStore } from 'zustand';
import { appStore, setSettings } from '../../state/app.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { type Choice, Picker } from '../../ui/picker.tsx';
import { Switch } from '../../ui/switch.tsx';
import { OwnInstructions } from './own-instructions.tsx';

const THEMES: readonly Choice<SettingValues['theme']>[] = [
  { value: 'system', label: 'Follow the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

const CONTRASTS: readonly Choice<SettingValues['contrast']>[] = [
  { value: 'system', label: 'Follow the system' },
  { value: 'standard', label: 'Standard' },
  { value: 'more', label: 'High' },
];

const MORE = [
  { key: 'sound', title: 'Sound', hint: 'with a notification' },
  { key: 'tray', title: 'Tray', hint: 'beside the clock, where the desktop has a place for it' },
  { key: 'keepAwake', title: 'Keep awake', hint: 'while chats run; the screen may sleep' },
] as const;

export function General() {
  const settings = useStore(appStore, (s) => s.settings);
  return (
    <div className="set">
      <div className="li">
        <span>
          <b>Theme</b>
        </span>
        <Picker
          label="Theme"
          value={settings.theme}
          choices={THEMES}
          onPick={(theme) => void setSettings({ theme })}
          down
        />
      </div>
      <div className="li">
        <span>
          <b>Contrast</b>
          <span className="meta">of text and lines, in either theme</span>
        </span>
        <Picker
          label="Contrast"
          value={settings.contrast}
          choices={CONTRASTS}
          onPick={(contrast) => void setSettings({ contrast })}
          down
        />
      </div>
      <Zoom />
      <OwnInstructions />
      <div className="li">
        <span>
          <b>Notifications</b>
          <span className="meta">when a chat finishes, fails or needs an answer</span>
        </span>
        <Switch
          label="Notify me"
          on={settings.notifications}
          onChange={(notifications) => void setSettings({ notifications })}
        />
      </div>
      {MORE.map(({ key, title, hint }) => (
        <div className="li" key={key}>
          <span>
            <b>{title}</b>
            <span className="meta">{hint}</span>
          </span>
          <Switch label={title} on={settings[key]} onChange={(on) => void setSettings({ [key]: on })} />
        </div>
      ))}
    </div>
  );
}

/** How large everything is, for those who do not know the shortcuts. */
function Zoom() {
  const zoom = useStore(appStore, (s) => s.settings.zoom);
  const to = (way: ZoomWay) => void setSettings({ zoom: zoomed(zoom, way) });
  return (
    <div className="li">
      <span>
        <b>Zoom</b>
        <span className="meta">of everything in every window</span>
      </span>
      <div className="btns" role="group" aria-label="Zoom">
        <IconButton label="Zoom out" disabled={zoomed(zoom, 'out') === zoom} onClick={() => to('out')}>
          <Minus className="i s" aria-hidden="true" />
        </IconButton>
        <Button look="quiet" className="num zoom-now" title="Reset zoom" onClick={() => to('reset')}>
          {Math.round(zoom * 100)} %
        </Button>
        <IconButton label="Zoom in" disabled={zoomed(zoom, 'in') === zoom} onClick={() => to('in')}>
          <Plus className="i s" aria-hidden="true" />
        </IconButton>
      </div>
    </div>
  );
}
