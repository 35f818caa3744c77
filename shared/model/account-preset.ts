import type { AccountKind } from './account.ts';

/** A server that many people use: what of its account is known before anything is typed. */
export interface AccountPreset {
  /** '' in the database stands for `openai`, `anthropic` and the two compatible ones: their kind says it all. */
  readonly id: PresetId;
  readonly label: string;
  readonly kind: Exclude<AccountKind, 'demo'>;
  /** "" where the kind has its own host, or where the person must give it. */
  readonly baseUrl: string;
  /** What the address looks like. */
  readonly example: string;
  readonly needsKey: boolean;
  /** It runs on this computer: its calls cost nothing. */
  readonly local: boolean;
  /** Environment variables that may hold its key; the first that is set is taken. */
  readonly variables: readonly string[];
  /** `{key}` stands for the account's key. */
  readonly headers: Readonly<Record<string, string>>;
  /** The version that is asked for in the address; null where there is none. */
  readonly apiVersion: string | null;
}

const PRESET_IDS = [
  'anthropic',
  'openai',
  'openrouter',
  'google',
  'azure',
  'ollama',
  'lmstudio',
  'vllm',
  'openai-compat',
  'anthropic-compat',
] as const;
export type PresetId = (typeof PRESET_IDS)[number];

function preset(
  id: PresetId,
  label: string,
  more: Partial<AccountPreset> & Pick<AccountPreset, 'kind'>,
): AccountPreset {
  return {
    id,
    label,
    baseUrl: '',
    example: more.baseUrl ?? '',
    needsKey: true,
    local: false,
    variables: [],
    headers: {},
    apiVersion: null,
    ...more,
  };
}

const compatible = { kind: 'openai-compat' } as const;
const local = { ...compatible, needsKey: false, local: true } as const;

/** In the order of the form. */
export const PRESETS: readonly AccountPreset[] = [
  preset('anthropic', 'Anthropic', { kind: 'anthropic', variables: ['ANTHROPIC_API_KEY'] }),
  preset('openai', 'OpenAI', { kind: 'openai', variables: ['OPENAI_API_KEY'] }),
  preset('openrouter', 'OpenRouter', {
    ...compatible,
    baseUrl: 'https://openrouter.ai/api/v1',
    variables: ['OPENROUTER_API_KEY'],
  }),
  preset('google', 'Google', {
    ...compatible,
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    variables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  }),
  preset('azure', 'Azure OpenAI', {
    ...compatible,
    example: 'https://NAME.openai.azure.com/openai/deployments/DEPLOYMENT',
    variables: ['AZURE_OPENAI_API_KEY'],
    headers: { 'api-key': '{key}' },
    apiVersion: '2024-10-21',
  }),
  preset('ollama', 'Ollama', { ...local, baseUrl: 'http://127.0.0.1:11434/v1' }),
  preset('lmstudio', 'LM Studio', { ...local, baseUrl: 'http://127.0.0.1:1234/v1' }),
  preset('vllm', 'vLLM', { ...local, baseUrl: 'http://127.0.0.1:8000/v1' }),
  preset('openai-compat', 'Other, speaks OpenAI', {
    ...compatible,
    needsKey: false,
    example: 'https://llm.example.com/v1',
  }),
  preset('anthropic-compat', 'Other, speaks Anthropic', {
    kind: 'anthropic-compat',
    needsKey: false,
    example: 'https://llm.example.com',
  }),
];

export function presetOf(id: string, kind: AccountKind): AccountPreset | null {
  return PRESETS.find((one) => one.id === (id === '' ? kind : id)) ?? null;
}
