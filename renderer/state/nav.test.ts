import { asId, type ChatId } from '@shared/model/ids.ts';
import { expect, it } from 'vitest';
import { navStore, openFirst, setDrawer, showSettings } from './nav.ts';

it('what was opened over the window before it knew what to show stays open', () => {
  showSettings('models');
  setDrawer(true);
  openFirst({ view: 'chat', chatId: asId<ChatId>('first'), messageId: null });
  expect(navStore.getState()).toMatchObject({ settings: 'models', drawer: true, route: { view: 'chat' } });
});
