import type { CatalogueInfo } from '@shared/contract/accounts.ts';
import { useCallback, useEffect, useState } from 'react';
import { call } from '../../../lib/bridge.ts';
import { plural } from '../../../lib/format.ts';
import { toast } from '../../../state/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';

/** Where prices and limits come from, and the file by which a person overrules them. It is read as it is shown. */
export function CatalogueNote() {
  const [info, setInfo] = useState<CatalogueInfo | null>(null);
  const load = useCallback(
    () =>
      call('models.catalogue', {}).then((answer) => {
        if (answer.ok) setInfo(answer.value);
        else toast(answer.error.message);
      }),
    [],
  );
  useEffect(() => void load(), [load]);
  if (info === null) return null;
  const { date, file, overrides, problems } = info;
  return (
    <section className="part" aria-label="Prices and limits">
      <h4>Prices and limits</h4>
      <p className="meta">
        Written down on {date}; they may have changed since.{' '}
        {overrides === null
          ? 'A file of your own overrules them; there is none yet:'
          : problems.length > 0
            ? 'Your own file is not used:'
            : `Your own file overrules ${plural(overrides, 'model')}:`}
      </p>
      <div className="catalogue-file">
        <span className="mono">{file}</span>
        <CopyButton text={file} label="Copy path" />
        <Button look="quiet" onClick={() => void load()}>
          Read again
        </Button>
      </div>
      {problems.length > 0 && (
        <ul className="problems" aria-label="Problems of models.json">
          {problems.map((problem) => (
            <li key={problem} className="err">
              {problem}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
