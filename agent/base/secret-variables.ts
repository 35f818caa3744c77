/** Keys of model providers and Gaffer's own settings. */
export function isSecretVariable(name: string): boolean {
  return /^(?:OPENAI_|ANTHROPIC_|GAFFER_)/.test(name);
}
