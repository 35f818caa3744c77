import { useStore } from 'zustand';
import { call } from '../../../lib/bridge.ts';
import { appStore } from '../../../state/app.ts';
import { toast } from '../../../state/toasts.ts';
import { Switch } from '../../../ui/switch.tsx';

/** Where the system has no key store, the person chooses what happens to keys. */
export function KeysKept() {
  const kept = useStore(appStore, (s) => s.info?.secrets ?? 'system');
  if (kept === 'system') return null;
  const keep = async (inFile: boolean) => {
    const answer = await call('app.keepSecrets', { inFile });
    if (!answer.ok) toast(answer.error.message);
  };
  return (
    <section className="part" aria-label="Keys">
      <div className="part-head">
        <h4>Keys</h4>
      </div>
      <p>
        This system offers no key store: keys, tokens and answers to hosts{' '}
        {kept === 'memory'
          ? 'are kept in memory until Gaffer quits.'
          : 'stand in secrets.json of your data folder, not encrypted.'}
      </p>
      <div className="set">
        <div className="li">
          <span>
            <b>Keep them in a file</b>
            <span className="meta">Only you can read it, and whoever can act as you on this computer.</span>
          </span>
          <Switch label="Keep them in a file" on={kept === 'file'} onChange={(on) => void keep(on)} />
        </div>
      </div>
    </section>
  );
}
