import { useStore } from 'zustand';
import { doingWords } from '../lib/trace-words.ts';
import { hostsStore, waitingWords } from './hosts.ts';
import { useTrace } from './trace.ts';

/** The stage that a first connection to a host is at; `waits`: for the person. */
export function useDoing(target: string): { readonly words: string; readonly waits: boolean } {
  const words = doingWords(useTrace(target)?.trace ?? null) ?? 'Connecting…';
  const waiting = useStore(hostsStore, (s) => waitingWords(s.questions, target));
  return { words: waiting ?? words, waits: waiting !== null };
}
