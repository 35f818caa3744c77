import type { HostQuestion, SignInPrompt } from '@shared/model/host.ts';

/** Which machine asks: "gpu-box", "gpu-box, reached via bastion,", "bastion, on the way to gpu-box,". */
export function askerWords({ host, hop, via }: Pick<HostQuestion, 'host' | 'hop' | 'via'>): string {
  const facts = [
    ...(hop === host ? [] : [`on the way to ${host}`]),
    ...(via.length === 0 ? [] : [`reached via ${via.join(', ')}`]),
  ];
  return facts.length === 0 ? hop : `${[hop, ...facts].join(', ')},`;
}

/** Servers end their prompts as a terminal wants it: "Password: ". */
export function promptLabel(label: string): string {
  return label.trim().replace(/\s*:$/, '') || 'Answer';
}

/** What would be kept, where that is not clear from the box itself; null: it is. */
export function rememberHint(prompts: readonly SignInPrompt[], persists: boolean): string | null {
  const kept = prompts.filter(({ canRemember }) => canRemember);
  const only =
    kept.length < prompts.length
      ? `Only “${kept.map(({ label }) => promptLabel(label)).join('”, “')}”.`
      : '';
  const where = persists ? '' : 'This system offers no key store.';
  const hint = [only, where].filter((part) => part !== '').join(' ');
  return hint === '' ? null : hint;
}
