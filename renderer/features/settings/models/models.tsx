import type { Account, ModelChoice } from '@shared/model/account.ts';
import { useState } from 'react';
import { useStore } from 'zustand';
import { modelsStore } from '../../../state/models.ts';
import { Button } from '../../../ui/button.tsx';
import { AddModels } from './add-models.tsx';
import { CatalogueNote } from './catalogue-note.tsx';
import { ModelRow } from './model-row.tsx';

/** More than that, and a person looks for one. */
const MANY = 8;
const NONE: readonly ModelChoice[] = [];

/** What each account offers, and how each model is asked. */
export function ModelSettingsPart() {
  const models = useStore(modelsStore, (s) => s.models ?? NONE);
  const accounts = useStore(modelsStore, (s) => s.accounts);
  const [filter, setFilter] = useState('');
  const wanted = filter.trim().toLowerCase();
  const shown = models.filter(({ name, model, provider }) =>
    `${name} ${model} ${provider}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      {models.length > MANY && (
        <input
          type="search"
          className="inp"
          aria-label="Filter models"
          placeholder="Filter models"
          value={filter}
          onChange={(e) => setFilter(e.target.value)}
        />
      )}
      {accounts.map((account) => (
        <AccountModels
          key={account.id}
          account={account}
          models={shown.filter(({ providerId }) => providerId === account.id)}
          filtered={wanted !== ''}
        />
      ))}
      {wanted !== '' && shown.length === 0 && <p className="meta">No model is called “{filter.trim()}”.</p>}
      <CatalogueNote />
    </>
  );
}

interface AccountModelsProps {
  readonly account: Account;
  readonly models: readonly ModelChoice[];
  readonly filtered: boolean;
}

function AccountModels({ account, models, filtered }: AccountModelsProps) {
  const [adding, setAdding] = useState(false);
  if (filtered && models.length === 0) return null;
  return (
    <section className="part" aria-label={`Models of ${account.name}`}>
      <div className="part-head">
        <h4>{account.name}</h4>
        {account.kind !== 'demo' && (
          <Button
            look="quiet"
            aria-label={`Add models to ${account.name}`}
            aria-expanded={adding}
            onClick={() => setAdding(!adding)}
          >
            Add models…
          </Button>
        )}
      </div>
      {adding && <AddModels account={account} onDone={() => setAdding(false)} />}
      {models.length === 0 && <p className="meta">No models yet.</p>}
      <ul className="set" aria-label={`Models of ${account.name}`}>
        {models.map((model) => (
          <ModelRow key={model.id} model={model} off={!account.enabled} />
        ))}
      </ul>
    </section>
  );
}
