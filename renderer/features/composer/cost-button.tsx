import type { ChatSummary } from '@shared/model/chat.ts';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { dollars } from '../../lib/format.ts';
import { costWords, dollarText, parseDollars } from '../../lib/money.ts';
import { chatsStore } from '../../state/chats.ts';
import type { ChatSession } from '../../state/live.ts';
import { capOf, setChatBudget, type TreeCost, treeCost, usageStore } from '../../state/usage.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { useDismiss } from '../../ui/use-dismiss.ts';

/** What the chat and its agents cost so far, and the cap at which it asks. Nothing before something was spent. */
export function CostButton({ session }: { readonly session: ChatSession }) {
  const chat = useStore(session.store, (s) => s.view?.chat ?? null);
  const live = useStore(chatsStore, (s) => s.live);
  const budget = useStore(usageStore, (s) => s.now?.budget ?? null);
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const close = useCallback(() => setOpen(false), []);
  useDismiss(root, open, close);
  const cost = useMemo(() => chat && treeCost(live, chat), [live, chat]);
  if (!chat || !cost) return null;
  const cap = capOf(live, chat, budget);
  const nothing = cost.all.micros === 0 && cost.all.unpriced === 0;
  if (nothing && cap.micros === null) return null;
  const spent = costWords(cost.all);
  return (
    <div
      className="picker fixed"
      ref={root}
      onKeyDown={(e) => {
        if (e.key !== 'Escape' || !open) return;
        e.stopPropagation();
        close();
        root.current?.querySelector('button')?.focus();
      }}
    >
      <button
        type="button"
        className="pick num cost"
        aria-label={`Cost: ${spent}`}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {spent}
        {cap.micros !== null && <span className="faint wide-only">of {dollars(cap.micros)}</span>}
      </button>
      {open && <CostFacts chat={chat} cost={cost} cap={cap} onDone={close} />}
    </div>
  );
}

interface CostFactsProps {
  readonly chat: ChatSummary;
  readonly cost: TreeCost;
  readonly cap: ReturnType<typeof capOf>;
  readonly onDone: () => void;
}

function CostFacts({ chat, cost, cap, onDone }: CostFactsProps) {
  const isAgent = chat.parent_chat_id !== null;
  return (
    <div className="pop up facts cost-facts" role="group" aria-label="Cost">
      <Fact name={isAgent ? 'This agent' : 'This chat'} value={costWords(cost.own)} />
      <Fact name="Its agents" value={costWords(cost.agents)} />
      {cost.all.unpriced > 0 && <Fact name="Calls without a price" value={String(cost.all.unpriced)} />}
      <hr />
      <Budget chat={chat} cap={cap} onDone={onDone} />
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div className="fact">
      <span className="meta">{name}</span>
      <span className="num">{value}</span>
    </div>
  );
}

/** Of the whole tree: an agent's chat shows that of the chat that it belongs to. */
function Budget({ chat, cap, onDone }: Omit<CostFactsProps, 'cost'>) {
  const [text, setText] = useState(dollarText(cap.micros));
  const [tried, setTried] = useState(false);
  const micros = parseDollars(text);
  const save = () => {
    setTried(true);
    if (Number.isNaN(micros)) return;
    onDone();
    if (micros !== cap.micros) void setChatBudget(chat.id, micros);
  };
  return (
    <form
      className="form"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        save();
      }}
    >
      <Field
        label="Budget, with its agents, in dollars"
        placeholder="no cap"
        inputMode="decimal"
        hint={cap.isOwn ? null : cap.micros === null ? null : 'The usual one, from the settings.'}
        value={text}
        problem={tried && Number.isNaN(micros) ? 'Give a sum, such as 5 or 12.50.' : null}
        onChange={(e) => setText(e.target.value)}
      />
      <div className="btns">
        <Button type="submit">Set budget</Button>
        {cap.isOwn && (
          <Button
            look="quiet"
            onClick={() => {
              onDone();
              void setChatBudget(chat.id, 'usual');
            }}
          >
            Use the usual one
          </Button>
        )}
      </div>
    </form>
  );
}
