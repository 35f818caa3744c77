import type { Message, Usage } from '@shared/model/message.ts';
import { useCallback, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { tokens } from '../../lib/format.ts';
import type { ChatSession } from '../../state/live.ts';
import { findModel, modelsStore } from '../../state/models.ts';
import { useDismiss } from '../../ui/use-dismiss.ts';

/** Tokens that the last answer left in the window of the model; null: no answer has said so. */
export function usedTokens(usage: Usage | null): number | null {
  if (!usage) return null;
  if (usage.total_tokens !== null) return usage.total_tokens;
  const parts = [
    usage.input_tokens,
    usage.output_tokens,
    usage.cache_read_tokens,
    usage.cache_creation_tokens,
  ];
  return parts.every((n) => n === null) ? null : parts.reduce<number>((n, p) => n + (p ?? 0), 0);
}

function lastUsage(messages: readonly Message[]): Message | null {
  return messages.findLast((m) => m.role === 'assistant' && m.usage !== null) ?? null;
}

interface ContextButtonProps {
  readonly session: ChatSession;
  /** Without the word, where the bar has no room for it. */
  readonly short: boolean;
}

export function ContextButton({ session, short }: ContextButtonProps) {
  const message = useStore(session.store, (s) => lastUsage(s.view?.messages ?? []));
  const modelId = useStore(session.store, (s) => s.view?.chat.last_model_config_id ?? null);
  const modelLimit = useStore(modelsStore, (s) => findModel(s, modelId)?.contextLimit ?? null);
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const close = useCallback(() => setOpen(false), []);
  useDismiss(root, open, close);
  const used = usedTokens(message?.usage ?? null) ?? 0;
  const limit = modelLimit ?? message?.context_limit ?? null;
  const percent = limit ? Math.min(100, Math.round((used / limit) * 100)) : 0;
  return (
    <div className="picker fixed" ref={root}>
      <button
        type="button"
        className="pick num"
        aria-label={`Context used, ${percent} percent`}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        onKeyDown={(e) => {
          if (e.key === 'Escape') setOpen(false);
        }}
      >
        <span className="meter" aria-hidden="true">
          <i style={{ width: `${percent}%` }} />
          <b />
        </span>
        <span className="wide-only">{short ? `${percent}%` : `${percent}% context`}</span>
      </button>
      {open && (
        <div className="pop up facts">
          <Fact name="Used" value={`${tokens(used)} tokens`} />
          <Fact name="Window" value={limit ? `${tokens(limit)} tokens` : 'not known'} />
          <Fact name="From cache" value={`${tokens(message?.usage?.cache_read_tokens ?? 0)} tokens`} />
          <Fact name="Last answer" value={`${tokens(message?.usage?.output_tokens ?? 0)} tokens`} />
        </div>
      )}
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
