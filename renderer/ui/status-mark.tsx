import { Clock, Hand, Square, X } from 'lucide-react';

export type StatusGlyph = 'none' | 'dot' | 'ring' | 'beat' | 'clock' | 'hand' | 'square' | 'cross';

/** The glyph of a status; the words beside it say the same. `step` moves the running glyph. */
export function StatusMark({ glyph, step }: { readonly glyph: StatusGlyph; readonly step: number }) {
  switch (glyph) {
    case 'none':
      return <span className="g" />;
    case 'dot':
      return (
        <span className="g">
          <span className="dot" />
        </span>
      );
    case 'ring':
      return (
        <span className="g">
          <span className="ring" />
        </span>
      );
    case 'beat':
      return (
        <span className="g">
          <span className={`beat s${step % 3}`}>
            <i />
            <i />
            <i />
          </span>
        </span>
      );
    case 'clock':
      return (
        <span className="g">
          <Clock className="i s" aria-hidden="true" />
        </span>
      );
    case 'hand':
      return (
        <span className="g warn">
          <Hand className="i s" aria-hidden="true" />
        </span>
      );
    case 'square':
      return (
        <span className="g faint">
          <Square className="i s" aria-hidden="true" />
        </span>
      );
    case 'cross':
      return (
        <span className="g err">
          <X className="i s" aria-hidden="true" />
        </span>
      );
  }
}
