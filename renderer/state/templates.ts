import type { TemplateList } from '@shared/model/template.ts';
import { useEffect, useState } from 'react';
import { watchFeed } from '../lib/bridge.ts';

/** All templates while somebody looks, the most used first; null until the first list is there. */
export function useTemplates(): TemplateList | null {
  const [list, setList] = useState<TemplateList | null>(null);
  useEffect(() => {
    const feed = watchFeed(
      'templates.watch',
      {},
      {
        onEvents: (events) => {
          const last = events.at(-1);
          if (last) setList(last);
        },
      },
    );
    return () => feed.close();
  }, []);
  return list;
}
