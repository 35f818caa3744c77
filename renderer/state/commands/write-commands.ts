import type { Effort } from '@shared/model/account.ts';
import { Brain, Cpu, Paperclip, Pause, Shield } from 'lucide-react';
import { findModel, modelsStore } from '../models.ts';
import { pauseQueue } from '../queue.ts';
import { openInComposer } from '../wishes.ts';
import { defineCommands, type Now } from './command.ts';

const NO_EFFORTS: readonly Effort[] = [];

function effortsOf({ chat }: Now): readonly Effort[] {
  return findModel(modelsStore.getState(), chat?.last_model_config_id ?? null)?.efforts ?? NO_EFFORTS;
}

/** What stands around the message that is being written. */
export const writeCommands = defineCommands({
  'write.attach': {
    title: 'Attach files…',
    words: 'upload picture image paste drop',
    section: 'Chat',
    icon: Paperclip,
    when: () => openInComposer.isHeard(),
    run: () => openInComposer.make('Attach'),
  },
  'write.pauseQueue': {
    title: 'Pause the queue',
    titleNow: ({ chat }) => (chat?.queue_paused ? 'Resume the queue' : 'Pause the queue'),
    words: 'queued messages wait go on',
    section: 'Chat',
    icon: Pause,
    when: ({ session }) => (session?.store.getState().view?.queue.length ?? 0) > 0,
    run: ({ chat }) => {
      if (chat) void pauseQueue(chat.id, !chat.queue_paused);
    },
  },
  'write.model': {
    title: 'Choose the model',
    words: 'switch account provider',
    section: 'Chat',
    icon: Cpu,
    when: () => openInComposer.isHeard(),
    run: () => openInComposer.make('Model'),
  },
  'write.effort': {
    title: 'Choose the effort',
    words: 'reasoning thinking',
    section: 'Chat',
    icon: Brain,
    when: (now) => openInComposer.isHeard() && effortsOf(now).length > 0,
    run: () => openInComposer.make('Effort'),
  },
  'write.mode': {
    title: 'Choose the approval mode',
    words: 'permissions ask edit auto',
    section: 'Chat',
    icon: Shield,
    when: ({ place }) => openInComposer.isHeard() && place !== null,
    run: () => openInComposer.make('Approval mode'),
  },
});
