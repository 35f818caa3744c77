import type { Usage } from '@shared/model/message.ts';

/** A server that reported nothing. */
export const noUsage: Usage = {
  input_tokens: null,
  output_tokens: null,
  total_tokens: null,
  reasoning_tokens: null,
  cache_creation_tokens: null,
  cache_read_tokens: null,
};
