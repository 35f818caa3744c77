import type { GitQuestion } from '@shared/model/git.ts';
import type { HostQuestion, SignInQuestion } from '@shared/model/host.ts';

export interface QuestionNotice {
  readonly title: string;
  readonly body: string;
}

/** Calls `tell` once for each question, when it is asked, and `end` when it is answered or void, until it is closed. */
export function tellQuestions<Q extends { readonly id: string }>(
  asker: { watch(signal: AbortSignal): AsyncIterable<readonly Q[]> },
  tell: (question: Q) => void,
  end: (id: string) => void,
): { close(): Promise<void> } {
  const closing = new AbortController();
  const telling = follow(asker.watch(closing.signal), tell, end);
  return {
    close() {
      closing.abort();
      return telling;
    },
  };
}

async function follow<Q extends { readonly id: string }>(
  asked: AsyncIterable<readonly Q[]>,
  tell: (question: Q) => void,
  end: (id: string) => void,
): Promise<void> {
  let told = new Set<string>();
  for await (const questions of asked) {
    for (const question of questions) if (!told.has(question.id)) tell(question);
    const open = new Set(questions.map(({ id }) => id));
    for (const id of told) if (!open.has(id)) end(id);
    told = open;
  }
}

export function noticeOf(question: HostQuestion): QuestionNotice {
  const { host, hop } = question;
  const body = hop === host ? 'The connection waits for you.' : `On the way to ${host}.`;
  return question.kind === 'host-key'
    ? { title: `${hop} shows an unknown key`, body }
    : { title: `${hop} asks for ${wanted(question)}`, body };
}

export function noticeOfGit({ kind, host, machine }: GitQuestion): QuestionNotice {
  return kind === 'sign-in'
    ? { title: `A chat needs a token of ${host}`, body: `Git waits on ${machine}.` }
    : { title: `A chat asks to use your token of ${host}`, body: `Git waits on ${machine}.` };
}

function wanted({ method, prompts }: SignInQuestion): string {
  if (method !== 'keyboard-interactive') return `a ${method}`;
  const [prompt] = prompts;
  if (!prompt || prompts.length > 1) return `${prompts.length} answers`;
  const label = prompt.label.trim().replace(/\s*:$/, '');
  // Only plain words make a phrase; a server may say anything.
  if (!/^[A-Za-z][A-Za-z -]{0,40}$/.test(label)) return 'an answer';
  // "Verification code", but not "OTP".
  const words = /^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label;
  return `${/^[aeiou]/i.test(words) ? 'an' : 'a'} ${words}`;
}
