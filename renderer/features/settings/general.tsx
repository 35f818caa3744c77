import type { Settings as SettingValues } from '@shared/contract/app.ts';
import { useStore } from 'zustand';
import { appStore, setSettings } from '../../state/app.ts';
import { type Choice, Picker } from '../../ui/picker.tsx';
import { Switch } from '../../ui/switch.tsx';

const THEMES: readonly Choice<SettingValues['theme']>[] = [
  { value: 'system', label: 'Follow the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

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
          <b>Notifications</b>
          <span className="meta">when a chat finishes, fails or needs an answer</span>
        </span>
        <Switch
          label="Notify me"
          on={settings.notifications}
          onChange={(notifications) => void setSettings({ notifications })}
        />
      </div>
    </div>
  );
}
