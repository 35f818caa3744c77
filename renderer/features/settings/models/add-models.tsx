import type { Account, ListedModel } from '@shared/model/account.ts';
import { useEffect, useState } from 'react';
import { call } from '../../../lib/bridge.ts';
import { tokens } from '../../../lib/format.ts';
import { priceWords } from '../../../lib/money.ts';
import { Button } from '../../../ui/button.tsx';
import { ComboField, type Suggestion } from '../../../ui/combo-field.tsx';
import { Form } from '../../../ui/form.tsx';

type Listing = readonly ListedModel[] | 'asking' | { readonly problem: string };

/** From the server's own list, or by a name that it does not list. */
export function AddModels({ account, onDone }: { readonly account: Account; readonly onDone: () => void }) {
  const listing = useListing(account.id);
  const [name, setName] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const [added, setAdded] = useState<readonly string[]>([]);
  const add = async (model: string) => {
    const wanted = model.trim();
    if (wanted === '') return;
    setRefusal(null);
    const answer = await call('models.add', { providerId: account.id, models: [wanted] });
    if (!answer.ok) return setRefusal(answer.error.message);
    setName('');
    setAdded([...added, wanted]);
  };
  const listed = Array.isArray(listing) ? (listing as readonly ListedModel[]) : [];
  return (
    <Form label={`Add models to ${account.name}`} className="sub" autoFocus onSubmit={() => add(name)}>
      <div className="form inline">
        <ComboField
          label="Model"
          value={name}
          placeholder={listed.length > 0 ? 'search, or type a name' : 'its name'}
          suggestions={listed.filter((one) => !one.added && !added.includes(one.id)).map(toSuggestion)}
          problem={refusal}
          onChange={setName}
          onPick={(model) => void add(model)}
        />
        <span className="btns">
          <Button type="submit" look="primary" disabled={name.trim() === ''}>
            Add
          </Button>
          <Button look="quiet" onClick={onDone}>
            Done
          </Button>
        </span>
      </div>
      <span className="hint" role="status">
        {noteOf(listing, added)}
      </span>
    </Form>
  );
}

function useListing(providerId: Account['id']): Listing {
  const [listing, setListing] = useState<Listing>('asking');
  useEffect(() => {
    let gone = false;
    void call('accounts.models', { providerId }).then((answer) => {
      if (gone) return;
      setListing(answer.ok ? answer.value.models : { problem: answer.error.message });
    });
    return () => {
      gone = true;
    };
  }, [providerId]);
  return listing;
}

function toSuggestion({ id, contextLimit, price }: ListedModel): Suggestion {
  const note = [
    ...(contextLimit === null ? [] : [tokens(contextLimit)]),
    ...(price === null ? [] : [priceWords(price)]),
  ];
  return { value: id, note: note.join(' · ') };
}

function noteOf(listing: Listing, added: readonly string[]): string {
  if (added.length > 0) return `Added ${added.join(', ')}.`;
  if (listing === 'asking') return 'Asking the server for its models…';
  if ('problem' in listing) return `${listing.problem} A name can be added all the same.`;
  return `The server lists ${listing.length} models.`;
}
