import type { ModelChoice } from '@shared/model/account.ts';
import { useState } from 'react';
import { call } from '../../../lib/bridge.ts';
import { setDefaultModel } from '../../../state/models.ts';
import { toast } from '../../../state/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { Switch } from '../../../ui/switch.tsx';
import { ModelForm } from './model-form.tsx';
import { modelWords } from './model-words.ts';
import { saveModel } from './save-model.ts';

type Asking = 'edit' | 'remove' | null;

export function ModelRow({ model, off }: { readonly model: ModelChoice; readonly off: boolean }) {
  const [asking, setAsking] = useState<Asking>(null);
  const { settings, isDefault } = model;
  const setEnabled = async (enabled: boolean) => {
    const problem = await saveModel(model, { ...settings, enabled });
    if (problem !== null) toast(problem);
  };
  const toggle = (what: Asking) => setAsking(asking === what ? null : what);
  const usable = settings.enabled && !off;
  return (
    <div className={`li model ${usable ? '' : 'is-off'}`} role="listitem" aria-label={model.name}>
      <span>
        <b>
          {model.name}
          {isDefault && <span className="tag">default</span>}
        </b>
        <span className="meta">{modelWords(model)}</span>
      </span>
      <span className="btns">
        {!isDefault && usable && (
          <Button
            look="quiet"
            className="on-row"
            aria-label={`Make ${model.name} the default`}
            onClick={() => void setDefaultModel(model.id)}
          >
            Make default
          </Button>
        )}
        <Button
          look="quiet"
          aria-label={`Edit ${model.name}`}
          aria-expanded={asking === 'edit'}
          onClick={() => toggle('edit')}
        >
          Edit…
        </Button>
        <Switch
          label={`Offer ${model.name}`}
          on={settings.enabled}
          onChange={(on) => void setEnabled(on)}
        />
      </span>
      {asking === 'edit' && (
        <ModelForm model={model} onDone={() => setAsking(null)} onRemove={() => setAsking('remove')} />
      )}
      {asking === 'remove' && <RemoveQuestion model={model} onKeep={() => setAsking('edit')} />}
    </div>
  );
}

function RemoveQuestion({ model, onKeep }: { readonly model: ModelChoice; readonly onKeep: () => void }) {
  const remove = async () => {
    const answer = await call('models.remove', { modelConfigId: model.id });
    if (answer.ok) return;
    onKeep();
    toast(answer.error.message);
  };
  return (
    <div className="form inline" role="group" aria-label={`Remove ${model.name}?`}>
      <span>Remove {model.name}? Chats that use it ask for another model.</span>
      <span className="btns">
        <Button autoFocus onClick={onKeep}>
          Keep
        </Button>
        <Button onClick={() => void remove()}>Remove</Button>
      </span>
    </div>
  );
}
