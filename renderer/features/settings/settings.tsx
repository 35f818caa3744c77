import { Settings as SettingsIcon } from 'lucide-react';
import { type ComponentType, useLayoutEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { appStore } from '../../state/app.ts';
import { closeSettings, SETTINGS_PARTS, type SettingsPart, showSettings } from '../../state/nav.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { panelId, Tabs, tabId } from '../../ui/tabs.tsx';
import { Accounts } from './accounts/accounts.tsx';
import { Backups } from './backups.tsx';
import { General } from './general.tsx';
import { GitAccounts } from './git-accounts.tsx';
import { Hosts } from './hosts.tsx';
import { Keyboard } from './keyboard.tsx';
import { ModelSettingsPart } from './models/models.tsx';
import { Rules } from './rules.tsx';
import { Templates } from './templates.tsx';
import { Usage } from './usage/usage.tsx';

const PARTS: Readonly<Record<SettingsPart, { readonly label: string; readonly Part: ComponentType }>> = {
  general: { label: 'General', Part: General },
  keyboard: { label: 'Keyboard', Part: Keyboard },
  accounts: { label: 'Accounts', Part: Accounts },
  models: { label: 'Models', Part: ModelSettingsPart },
  usage: { label: 'Usage', Part: Usage },
  approvals: { label: 'Approvals', Part: Rules },
  git: { label: 'Git accounts', Part: GitAccounts },
  hosts: { label: 'Hosts', Part: Hosts },
  templates: { label: 'Templates', Part: Templates },
  backups: { label: 'Backups', Part: Backups },
};

const id = (part: SettingsPart) => `settings-${part}`;
const TABS = SETTINGS_PARTS.map((part) => ({ id: id(part), label: PARTS[part].label }));

export function Settings({ part }: { readonly part: SettingsPart }) {
  const info = useStore(appStore, (s) => s.info);
  const panel = useRef<HTMLDivElement>(null);
  // Each part begins at its top.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the part is what decides
  useLayoutEffect(() => panel.current?.scrollTo(0, 0), [part]);
  const choose = (chosen: string) => {
    const found = SETTINGS_PARTS.find((one) => id(one) === chosen);
    if (found) showSettings(found);
  };
  const { label, Part } = PARTS[part];
  return (
    <Dialog
      size="large"
      title="Settings"
      icon={<SettingsIcon className="i" aria-hidden="true" />}
      onClose={closeSettings}
    >
      <div className="settings">
        <div className="settings-parts">
          <Tabs vertical label="Settings" tabs={TABS} chosen={id(part)} onChoose={choose} />
          {info && (
            <p className="faint num">
              Gaffer {info.version}
              <br />
              {info.runtime}
            </p>
          )}
        </div>
        <div
          ref={panel}
          id={panelId(id(part))}
          className="settings-part"
          role="tabpanel"
          aria-labelledby={tabId(id(part))}
        >
          <h3>{label}</h3>
          <Part />
        </div>
      </div>
    </Dialog>
  );
}
