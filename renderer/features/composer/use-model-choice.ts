import type { Effort } from '@shared/model/account.ts';
import type { ModelConfigId } from '@shared/model/ids.ts';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import {
  defaultModel,
  effortFor,
  findModel,
  lookForOffers,
  modelsStore,
  rememberEffort,
  rememberModel,
} from '../../state/models.ts';

/** Who answers a new chat, and how hard it thinks: what was chosen last, until the person chooses. */
export function useModelChoice() {
  const [model, setModel] = useState<ModelConfigId | null>(null);
  const modelId = useStore(modelsStore, (s) => findModel(s, model)?.id ?? defaultModel(s)?.id ?? null);
  // Kept for each model: this only says that it has changed.
  const [, setEffort] = useState<Effort | null>(null);
  useEffect(() => void lookForOffers(), []);
  return {
    modelId,
    effort: effortFor(modelId),
    pickModel(id: ModelConfigId) {
      rememberModel(id);
      setModel(id);
    },
    pickEffort(effort: Effort | null) {
      if (modelId) rememberEffort(modelId, effort);
      setEffort(effort);
    },
  };
}
