import type { NewRule } from '@shared/contract/schemas.ts';
import type { RuleOffers } from '@shared/model/rule.ts';
import { type RefObject, useId, useRef, useState } from 'react';
import { EXPIRIES, ruleText, SCOPES } from '../../lib/rule-words.ts';
import { Button } from '../../ui/button.tsx';
import { Escaped } from '../../ui/escaped.tsx';
import { Radios } from '../../ui/radios.tsx';
import { useFocusAfter } from '../../ui/use-focus-after.ts';

interface RuleFormProps {
  readonly offers: RuleOffers;
  readonly ready: boolean;
  readonly card: RefObject<HTMLElement | null>;
  readonly onAdd: (rule: NewRule) => void;
  readonly onCancel: () => void;
}

/** Which rule, where it holds and until when. Only rules are offered that would have let this very command through. */
export function RuleForm({ offers, ready, card, onAdd, onCancel }: RuleFormProps) {
  const form = useRef<HTMLFormElement>(null);
  // Taken back: on to the button that had opened it.
  useFocusAfter(form, () => card.current?.querySelector<HTMLElement>('[aria-label="Add rule"]')?.focus());
  const { exact, programs } = offers;
  const [what, setWhat] = useState<NewRule['what']>(programs.length > 0 ? 'programs' : 'exact');
  const [scope, setScope] = useState<NewRule['scope']>('workspace');
  const [expiry, setExpiry] = useState<NewRule['expiry']>('day');
  const isEndless = what === 'programs' && expiry === 'never';
  const kinds = [
    ...(programs.length > 0
      ? [{ value: 'programs' as const, label: programs.map(ruleText).join(', ') }]
      : []),
    { value: 'exact' as const, label: `Only this command: ${ruleText(exact)}` },
  ];
  return (
    <form
      ref={form}
      className="form rule-form"
      aria-label="New rule"
      onSubmit={(e) => {
        e.preventDefault();
        if (ready && !isEndless) onAdd({ what, scope, expiry });
      }}
      onKeyDown={(e) => {
        if (e.key !== 'Escape') return;
        e.preventDefault();
        e.stopPropagation();
        onCancel();
      }}
    >
      <Radios
        label="Let through without asking"
        choices={kinds}
        value={what}
        onPick={setWhat}
        isMono
        autoFocus
      />
      {what === 'programs' && <Covered offers={offers} />}
      <Radios label="Where" choices={SCOPES} value={scope} onPick={setScope} />
      <Radios
        label="Until"
        // Only a command that is written out may be let through for good.
        choices={EXPIRIES.filter(({ value }) => what === 'exact' || value !== 'never')}
        value={isEndless ? null : expiry}
        onPick={setExpiry}
      />
      <div className="btns">
        <Button type="submit" look="primary" aria-disabled={!ready || isEndless}>
          Add rule and allow
        </Button>
        <Button look="quiet" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

/** What the rules for programs do and do not cover, each in a line. */
function Covered({ offers }: { readonly offers: RuleOffers }) {
  const id = useId();
  return (
    <ul className="covered meta" aria-label="What these rules cover">
      {offers.programs.map((rule) => (
        <li key={`${id}-${rule.text}`}>
          <span className="mono">
            <Escaped text={rule.text} />
          </span>
          : {rule.why}
        </li>
      ))}
    </ul>
  );
}
