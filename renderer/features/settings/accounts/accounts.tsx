import type { AccountOffer } from '@shared/model/account.ts';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { plural } from '../../../lib/format.ts';
import { acceptOffer, lookForOffers, modelsStore } from '../../../state/models.ts';
import { touchClock } from '../../../state/ticks.ts';
import { Button } from '../../../ui/button.tsx';
import { ListRow } from '../../../ui/list-row.tsx';
import { AccountRow } from './account-row.tsx';
import { AddAccount } from './add-account.tsx';
import { KeysKept } from './keys-kept.tsx';

export function Accounts() {
  const accounts = useStore(modelsStore, (s) => s.accounts);
  const offers = useStore(modelsStore, (s) => s.offers);
  const [adding, setAdding] = useState(false);
  useEffect(() => void lookForOffers(), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is listed is told as it is now
  useEffect(touchClock, [accounts]);
  return (
    <>
      <ul className="set" aria-label="Accounts">
        {accounts.map((account) => (
          <AccountRow key={account.id} account={account} />
        ))}
      </ul>
      {offers.length > 0 && <Offers offers={offers} />}
      <div className="btns">
        <Button aria-expanded={adding} onClick={() => setAdding(!adding)}>
          Add account…
        </Button>
      </div>
      {adding && <AddAccount onDone={() => setAdding(false)} />}
      <KeysKept />
    </>
  );
}

function Offers({ offers }: { readonly offers: readonly AccountOffer[] }) {
  return (
    <section className="part" aria-label="Found on this computer">
      <h4>Found on this computer</h4>
      <ul className="set">
        {offers.map((offer) => (
          <OfferRow key={offer.preset} offer={offer} />
        ))}
      </ul>
    </section>
  );
}

function OfferRow({ offer }: { readonly offer: AccountOffer }) {
  const [adding, setAdding] = useState(false);
  const add = async () => {
    setAdding(true);
    await acceptOffer(offer);
    setAdding(false);
  };
  return (
    <ListRow
      label={offer.name}
      name={offer.name}
      facts={<span className="meta">{offerNote(offer)}</span>}
      actions={
        <Button
          aria-label={`Add ${offer.name}`}
          aria-disabled={adding}
          onClick={() => void (adding || add())}
        >
          {adding ? 'Adding…' : 'Add'}
        </Button>
      }
    />
  );
}

function offerNote({ variable, baseUrl, models }: AccountOffer): string {
  if (variable !== null) return `key found in ${variable}`;
  return `running at ${new URL(baseUrl).host} · ${plural(models.length, 'model')}`;
}
