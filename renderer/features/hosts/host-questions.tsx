import { useStore } from 'zustand';
import { hostsStore } from '../../state/hosts.ts';
import { useQuietMoment } from '../../ui/quiet-moment.ts';
import { HostKeyDialog } from './host-key-dialog.tsx';
import { SignInDialog } from './sign-in-dialog.tsx';

/** What connections ask, one after another, the oldest first. */
export function HostQuestions() {
  const questions = useStore(hostsStore, (s) => s.questions);
  const [question] = questions;
  const { quiet, done } = useQuietMoment(question?.id ?? null);
  if (!question || !quiet) return null;
  const place = questions.length > 1 ? `1 of ${questions.length}` : null;
  return question.kind === 'host-key' ? (
    <HostKeyDialog key={question.id} question={question} place={place} onAnswered={done} />
  ) : (
    <SignInDialog key={question.id} question={question} place={place} onAnswered={done} />
  );
}
