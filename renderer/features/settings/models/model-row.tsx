import type { ModelChoice } from '@shared/model/account.ts';
import { useState } from 'react';
import { call } from '../../../lib/bridge.ts';
import { setDefaultModel } from '../../../state/models.ts';
import { toast } from '../../../state/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { ListRow } from '../../../ui/list-row.tsx';
import { RowQuestion } from '../../../ui/row-question.tsx';
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
  const usable = settings.enabled && !off;
  return (
    <ListRow
      label={model.name}
      name={
        <>
          {model.name}
          {isDefault && <span className="tag">default</span>}
        </>
      }
      facts={<span className="meta">{modelWords(model)}</span>}
      isOff={!usable}
      actions={
        <>
          {!isDefault && usable && (
            <Button
              look="quiet"
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
            onClick={() => setAsking(asking === 'edit' ? null : 'edit')}
          >
            Edit…
          </Button>
          <Switch
            label={`Offer ${model.name}`}
            on={settings.enabled}
            onChange={(on) => void setEnabled(on)}
          />
        </>
      }
    >
      {asking === 'edit' && (
        <ModelForm model={model} onDone={() => setAsking(null)} onRemove={() => setAsking('remove')} />
      )}
      {asking === 'remove' && <RemoveQuestion model={model} onKeep={() => setAsking('edit')} />}
    </ListRow>
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
    <RowQuestion label={`Remove ${model.name}?`} act="Remove" onAct={() => void remove()} onKeep={onKeep}>
      Remove {model.name}? Chats that use it ask for another model.
    </RowQuestion>
  );
}
