import type { ModelConfigId, ProviderId } from './ids.ts';

export type AccountKind = 'openai' | 'anthropic' | 'openai-compat' | 'anthropic-compat' | 'demo';
export type Effort = 'minimal' | 'low' | 'medium' | 'high';

/** US dollars for a million tokens, so also millionths of a dollar for one. A cache price that is null is not known. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number | null;
  readonly cacheWrite: number | null;
}

/** What the person may set of a model; null is what Gaffer, or the server, would do by itself. */
export interface ModelSettings {
  readonly displayName: string;
  readonly enabled: boolean;
  readonly contextLimit: number | null;
  /** Percent of the context at which the conversation is summarised; 100 is never. */
  readonly compressionThreshold: number;
  /** Where the chat does not say. */
  readonly effort: Effort | null;
  readonly api: 'responses' | 'chat' | null;
  readonly maxOutputTokens: number | null;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly presencePenalty: number | null;
  readonly frequencyPenalty: number | null;
  /** How often a failed call is made again; null: as long as it takes. */
  readonly maxRetries: number | null;
  readonly price: Price | null;
  /** One object a family: `openai`, `anthropic`, `openaicompat` … */
  readonly providerOptions: Readonly<Record<string, unknown>>;
}

/** What a model can be shown besides text. */
export interface ModelInputs {
  readonly images: boolean;
  /** PDF. */
  readonly documents: boolean;
}

/** Where a price comes from. `free`: the server runs on this computer. */
export type PriceSource = 'model' | 'file' | 'catalogue' | 'free';

/** A model that can be chosen, with its account. `unavailable` says in one sentence why it cannot answer. */
export interface ModelChoice {
  readonly id: ModelConfigId;
  readonly providerId: ProviderId;
  readonly provider: string;
  readonly kind: AccountKind;
  readonly model: string;
  readonly name: string;
  readonly contextLimit: number | null;
  /** Reasoning efforts that the model takes; empty when it has no such setting. */
  readonly efforts: readonly Effort[];
  readonly inputs: ModelInputs;
  readonly isDefault: boolean;
  readonly unavailable: string | null;
  readonly settings: ModelSettings;
  /** Null: not known. */
  readonly price: Price | null;
  readonly priceFrom: PriceSource | null;
}

/** What came of the last look at the account. */
export interface AccountCheck {
  readonly at: string;
  readonly tookMs: number;
  /** How many models the server lists; null where it lists none and was asked a word instead. */
  readonly models: number | null;
  /** In a few words, and what to do; null: it works. */
  readonly problem: {
    readonly short: string;
    readonly message: string;
    readonly detail: string | null;
  } | null;
}

export interface Account {
  readonly id: ProviderId;
  readonly kind: AccountKind;
  /** Of account-preset.ts; '' where the kind says it all. */
  readonly preset: string;
  readonly name: string;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly proxy: string;
  readonly apiVersion: string;
  readonly source: 'user' | 'env' | 'local';
  readonly enabled: boolean;
  readonly hasKey: boolean;
  /** The variable that holds its key; null: it is kept by Gaffer. */
  readonly keyVariable: string | null;
  /** It may be removed: it does not come back by itself. */
  readonly removable: boolean;
  /** Its server runs on this computer. */
  readonly local: boolean;
  readonly check: AccountCheck | null;
}

/** An account that could be added as it is: its key, or its server, was found. */
export interface AccountOffer {
  readonly preset: string;
  readonly name: string;
  readonly baseUrl: string;
  /** Where the key was found; null: a server on this computer. */
  readonly variable: string | null;
  /** What it lists; empty where it is asked only once it is added. */
  readonly models: readonly string[];
}

/** A model that the server of an account lists. */
export interface ListedModel {
  readonly id: string;
  readonly name: string;
  readonly contextLimit: number | null;
  readonly price: Price | null;
  /** The account offers it already. */
  readonly added: boolean;
}
