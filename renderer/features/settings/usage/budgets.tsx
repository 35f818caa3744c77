import type { BudgetSettings, UsageNow } from '@shared/contract/usage.ts';
import { useState } from 'react';
import { costWords, dollarText, parseDollars } from '../../../lib/money.ts';
import { setBudget } from '../../../state/usage.ts';
import { Button } from '../../../ui/button.tsx';
import { Field } from '../../../ui/field.tsx';
import { Form } from '../../../ui/form.tsx';
import { type Choice, Picker } from '../../../ui/picker.tsx';
import { Switch } from '../../../ui/switch.tsx';

const PERIODS: readonly Choice<BudgetSettings['period']>[] = [
  { value: 'day', label: 'a day' },
  { value: 'month', label: 'a month' },
];

const NO_SUM = 'Give a sum of dollars, such as 5 or 12.50.';

function useBudgets({ budget }: UsageNow) {
  const [all, setAll] = useState(dollarText(budget.capMicros));
  const [chat, setChat] = useState(dollarText(budget.chatCapMicros));
  const [tried, setTried] = useState(false);
  const [capMicros, chatCapMicros] = [parseDollars(all), parseDollars(chat)];
  const isWrong = (micros: number | null) => tried && Number.isNaN(micros);
  return {
    changed: capMicros !== budget.capMicros || chatCapMicros !== budget.chatCapMicros,
    all: { value: all, problem: isWrong(capMicros) ? NO_SUM : null, onChange: taken(setAll) },
    chat: { value: chat, problem: isWrong(chatCapMicros) ? NO_SUM : null, onChange: taken(setChat) },
    save(change: Partial<BudgetSettings>) {
      setTried(true);
      const next = { ...budget, capMicros, chatCapMicros, ...change };
      if (!Number.isNaN(next.capMicros) && !Number.isNaN(next.chatCapMicros)) void setBudget(next);
    },
    undo() {
      setAll(dollarText(budget.capMicros));
      setChat(dollarText(budget.chatCapMicros));
      setTried(false);
    },
  };
}

function taken(set: (text: string) => void) {
  return (event: { target: { value: string } }) => set(event.target.value);
}

/** Caps at which chats ask before they go on. An empty field is no cap. */
export function Budgets({ now }: { readonly now: UsageNow }) {
  const { budget } = now;
  const form = useBudgets(now);
  return (
    <Form label="Budgets" className="part budgets" onSubmit={() => form.save({})}>
      <h4>Budgets</h4>
      <BudgetFields now={now} form={form} />
      <div className="budget-switch">
        <span>
          Let models without a price pass
          <span className="meta">Otherwise a chat under a cap asks before each of their calls.</span>
        </span>
        <Switch
          label="Let models without a price pass"
          on={budget.allowUnpriced}
          onChange={(allowUnpriced) => form.save({ allowUnpriced })}
        />
      </div>
      {form.changed && (
        <div className="btns">
          <Button type="submit" look="primary">
            Save budgets
          </Button>
          <Button look="quiet" onClick={form.undo}>
            Cancel
          </Button>
        </div>
      )}
    </Form>
  );
}

interface BudgetFieldsProps {
  readonly now: UsageNow;
  readonly form: ReturnType<typeof useBudgets>;
}

function BudgetFields({ now: { budget, inPeriod }, form }: BudgetFieldsProps) {
  const period = budget.period === 'day' ? 'today' : 'this month';
  return (
    <div className="budget-fields">
      <Field
        label="Each chat with its agents, in dollars"
        placeholder="no cap"
        inputMode="decimal"
        hint="A chat may have another: behind its cost."
        {...form.chat}
      />
      <Field
        label="All chats, in dollars"
        placeholder="no cap"
        inputMode="decimal"
        hint={`${costWords(inPeriod)} spent ${period}.`}
        {...form.all}
      />
      <Picker
        label="Period"
        className="inp"
        value={budget.period}
        choices={PERIODS}
        onPick={(chosen) => form.save({ period: chosen })}
        down
      />
    </div>
  );
}
