import type { Account, AccountOffer, ModelChoice } from '@shared/model/account.ts';
import type { ModelConfigId, ProviderId } from '@shared/model/ids.ts';
import { Cpu, KeyRound, Settings, VenetianMask } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { plural } from '../../lib/format.ts';
import { acceptOffer, modelsStore } from '../../state/models.ts';
import { showSettings } from '../../state/nav.ts';
import { ModelPicker } from './pickers.tsx';

const SHOWN = 3;

interface WithProps {
  readonly value: ModelConfigId | null;
  readonly onPick: (id: ModelConfigId) => void;
}

interface Offer {
  readonly id: ProviderId;
  readonly name: string;
  readonly models: readonly ModelChoice[];
  readonly account: Account | null;
}

/** Accounts that have models, those that can answer first. */
function offersOf(models: readonly ModelChoice[], accounts: readonly Account[]): readonly Offer[] {
  const ids = [...new Set(models.map((m) => m.providerId))];
  const offers = ids.map((id) => {
    const own = models.filter((m) => m.providerId === id);
    return {
      id,
      name: own[0]?.provider ?? '',
      models: own,
      account: accounts.find((a) => a.id === id) ?? null,
    };
  });
  const rank = (o: Offer) =>
    (o.models.some((m) => m.isDefault) ? 0 : 1) +
    (o.models.every((m) => m.unavailable !== null) ? 4 : 0) +
    (o.models[0]?.kind === 'demo' ? 2 : 0);
  return offers.toSorted((a, b) => rank(a) - rank(b));
}

export function With({ value, onPick }: WithProps) {
  const models = useStore(modelsStore, (s) => s.models);
  const accounts = useStore(modelsStore, (s) => s.accounts);
  const found = useStore(modelsStore, (s) => s.offers);
  const offers = offersOf(
    (models ?? []).filter((m) => m.settings.enabled || m.id === value),
    accounts,
  );
  const chosen = offers.find((o) => o.models.some((m) => m.id === value));
  const top = offers.slice(0, SHOWN);
  const shown = chosen && !top.includes(chosen) ? [chosen, ...top.slice(0, SHOWN - 1)] : top;
  return (
    <div>
      <div className="lab">With</div>
      <div className="opts" role="radiogroup" aria-label="With">
        {shown.map((offer) => (
          <OfferRow key={offer.id} offer={offer} on={offer === chosen} value={value} onPick={onPick} />
        ))}
        {models !== null &&
          found
            .slice(0, SHOWN)
            .map((offer) => <FoundRow key={offer.preset} offer={offer} onPick={onPick} />)}
        {models !== null && found.length === 0 && !models.some((m) => m.kind !== 'demo') && (
          <button type="button" className="opt" onClick={() => showSettings('accounts')}>
            <Settings className="i" aria-hidden="true" />
            <span>Add an account…</span>
          </button>
        )}
      </div>
    </div>
  );
}

/** Not an account yet: to choose it adds it. */
function FoundRow({ offer, onPick }: { readonly offer: AccountOffer } & Pick<WithProps, 'onPick'>) {
  const [adding, setAdding] = useState(false);
  const { name, variable, models } = offer;
  const note =
    variable === null
      ? `running on this computer, ${plural(models.length, 'model')}`
      : `key found in ${variable}`;
  const Icon = variable === null ? Cpu : KeyRound;
  const add = async () => {
    setAdding(true);
    const id = await acceptOffer(offer);
    setAdding(false);
    if (id) onPick(id);
  };
  return (
    <div className="opt">
      <button
        type="button"
        role="radio"
        aria-checked={false}
        aria-label={name}
        className="opt-cover"
        disabled={adding}
        onClick={() => void add()}
      />
      <Icon className="i" aria-hidden="true" />
      <span className="opt-main">
        <b>{name}</b> <span className="d">{adding ? 'asking for its models…' : note}</span>
      </span>
    </div>
  );
}

interface OfferRowProps extends WithProps {
  readonly offer: Offer;
  readonly on: boolean;
}

function OfferRow({ offer, on, value, onPick }: OfferRowProps) {
  const usable = offer.models.filter((m) => m.unavailable === null);
  const best = usable.find((m) => m.isDefault) ?? usable[0];
  // The chosen model may have lost its key since; its row says so.
  const shown = on ? offer.models.find((m) => m.id === value) : best;
  const problem = shown ? shown.unavailable : (offer.models[0]?.unavailable ?? 'Not available.');
  const kind = offer.models[0]?.kind;
  const Icon = kind === 'demo' ? VenetianMask : offer.account?.source === 'local' ? Cpu : KeyRound;
  return (
    <div className={`opt ${on ? 'on' : ''} ${best ? '' : 'off'}`}>
      <button
        type="button"
        role="radio"
        aria-checked={on}
        aria-label={offer.name}
        disabled={!best}
        className="opt-cover"
        onClick={() => best && onPick(best.id)}
      />
      <Icon className="i" aria-hidden="true" />
      <span className="opt-main">
        <b>{offer.name}</b>{' '}
        <span className={problem === null ? 'd' : 'with-problem err'}>{problem ?? noteOf(offer)}</span>
      </span>
      {on && <ModelPicker value={value} onPick={onPick} down />}
    </div>
  );
}

function noteOf({ models, account }: Offer): string {
  if (models[0]?.kind === 'demo') return 'no key, no network, not a real model';
  if (account?.source === 'env') return 'key found in your environment';
  if (account?.source === 'local') return `running on this computer, ${plural(models.length, 'model')}`;
  return plural(models.length, 'model');
}
