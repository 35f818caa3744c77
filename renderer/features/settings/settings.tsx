import type { Settings as SettingValues } from '@shared/contract/app.ts';
import { Settings as SettingsIcon } from 'lucide-react';
import { useStore } from 'zustand';
import { appStore, setSettings } from '../../state/app.ts';
import { showSettings } from '../../state/nav.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { type Choice, Picker } from '../../ui/picker.tsx';
import { Switch } from '../../ui/switch.tsx';
import { Accounts } from './accounts.tsx';
import { GitAccounts } from './git-accounts.tsx';
import { Hosts } from './hosts.tsx';
import { Rules } from './rules.tsx';
import { Templates } from './templates.tsx';

const THEMES: readonly Choice<SettingValues['theme']>[] = [
  { value: 'system', label: 'Follow the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

export function Settings() {
  const settings = useStore(appStore, (s) => s.settings);
  const info = useStore(appStore, (s) => s.info);
  return (
    <Dialog
      wide
      title="Settings"
      icon={<SettingsIcon className="i" aria-hidden="true" />}
      onClose={() => showSettings(false)}
    >
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
      <h3>Approvals</h3>
      <Rules />
      <h3>Accounts</h3>
      <Accounts />
      {info && !info.secretsPersist && (
        <p className="meta">
          This system offers no key store: keys and answers are kept in memory until Gaffer quits.
        </p>
      )}
      <h3>Git accounts</h3>
      <GitAccounts />
      <h3>Hosts</h3>
      <Hosts />
      <h3>Templates</h3>
      <Templates />
      {info && (
        <p className="faint num">
          Gaffer {info.version} · {info.runtime}
        </p>
      )}
    </Dialog>
  );
}
