import type { HostAnswer, HostQuestion, HostSummary } from '@shared/model/host.ts';
import type { HostId } from '@shared/model/ids.ts';
import { createStore } from 'zustand/vanilla';
import { call, watchFeed } from '../lib/bridge.ts';
import { toast } from './toasts.ts';

export interface Hosts {
  /** Null until the first list arrived. */
  readonly list: readonly HostSummary[] | null;
  /** What connections wait for, the oldest first. */
  readonly questions: readonly HostQuestion[];
}

export const hostsStore = createStore<Hosts>(() => ({ list: null, questions: [] }));

export function startHosts(): void {
  watchFeed(
    'hosts.watch',
    {},
    {
      onEvents: (events) => {
        const list = events.at(-1);
        if (list) hostsStore.setState({ list });
      },
    },
  );
  watchFeed(
    'hosts.questions',
    {},
    {
      onEvents: (events) => {
        const questions = events.at(-1);
        if (questions) hostsStore.setState({ questions });
      },
    },
  );
}

/** `persists`: what the person was told would happen to a remembered answer. */
export async function answerQuestion(
  questionId: string,
  answer: HostAnswer,
  persists = true,
): Promise<void> {
  const values = answer.kind === 'sign-in' ? { ...answer, values: [...answer.values] } : answer;
  const result = await call('hosts.answer', { questionId, answer: values });
  if (!result.ok) {
    // Somebody answered in another window, or the server hung up: the question is gone from here, too.
    if (result.error.code !== 'gone') toast(result.error.message);
    return;
  }
  const { kept } = result.value;
  const wanted = answer.kind === 'sign-in' && answer.remember;
  if (wanted && kept === 'nowhere') toast('The answer could not be kept.');
  if (wanted && persists && kept === 'in-memory')
    toast('This system offers no key store: the answer is kept until Gaffer quits.');
}

export async function reconnectHost(hostId: HostId): Promise<void> {
  const answer = await call('hosts.reconnect', { hostId });
  if (!answer.ok) toast(answer.error.message);
}

/** What a connection to this host waits for, in a few words; null: nothing. */
export function waitingWords(questions: readonly HostQuestion[], host: string): string | null {
  const question = questions.find((one) => one.host === host);
  if (!question) return null;
  return question.kind === 'host-key'
    ? `Waiting for you: check the key of ${question.hop}`
    : `Waiting for you: sign in to ${question.hop}`;
}
