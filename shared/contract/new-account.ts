/** What Settings asks for a new account. Kept apart from the contract, so that the form can look at it too. */
export interface NewAccount {
  readonly kind: 'openai' | 'anthropic' | 'openai-compat' | 'anthropic-compat';
  readonly name: string;
  readonly baseUrl: string;
  readonly key: string;
  /** Models to offer besides the catalogue's. */
  readonly models: readonly string[];
}

export interface AccountProblem {
  readonly field: 'name' | 'baseUrl' | 'key' | 'models';
  /** One sentence for the person. */
  readonly message: string;
}

/** Why the account cannot be added as it is, in the order of the form; empty when it can. Texts are trimmed. */
export function accountProblems({
  kind,
  name,
  baseUrl,
  key,
  models,
}: NewAccount): readonly AccountProblem[] {
  const compatible = kind === 'openai-compat' || kind === 'anthropic-compat';
  const found: AccountProblem[] = [];
  const say = (field: AccountProblem['field'], message: string) => found.push({ field, message });
  if (name === '') say('name', 'Give the account a name.');
  else if (name.length > 80) say('name', 'Give the account a shorter name: 80 characters at most.');
  if (compatible && baseUrl === '')
    say('baseUrl', 'Give the address of the server, such as http://127.0.0.1:8080/v1.');
  else if (baseUrl !== '' && !isWebAddress(baseUrl))
    say('baseUrl', 'Give a whole address that begins with http:// or https://.');
  if (compatible && models.length === 0) say('models', 'Name at least one model that the server offers.');
  else if (models.length > 50) say('models', 'Name fewer models: 50 at most.');
  else if (models.some((model) => model.length > 200)) say('models', 'One of the model names is too long.');
  if (!compatible && key === '') say('key', 'Give the key of the account.');
  else if (key.length > 2000) say('key', 'This is too long for a key.');
  return found;
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s/?#]+([/?#]\S*)?$/i.test(text);
}
