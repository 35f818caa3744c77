import { useDoing } from '../../state/doing.ts';
import { StatusMark } from '../../ui/status-mark.tsx';

/** The stage that a connection is at, or what it waits for. */
export function Connecting({ target }: { readonly target: string }) {
  const { words, waits } = useDoing(target);
  return (
    <div className={`doing ${waits ? 'warn' : 'meta'}`} role="status">
      <StatusMark glyph={waits ? 'hand' : 'beat'} step={0} />
      {words}
    </div>
  );
}
