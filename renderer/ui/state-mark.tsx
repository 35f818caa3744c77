import { type StatusGlyph, StatusMark } from './status-mark.tsx';

interface StateMarkProps {
  readonly glyph: StatusGlyph | 'link';
  /** Of the link, where it is what counts. */
  readonly link: 'idle' | 'connecting' | 'up' | 'down';
}

/** The glyph of a state, or the dot of a link. */
export function StateMark({ glyph, link }: StateMarkProps) {
  return glyph === 'link' ? <i className={`link ${link}`} /> : <StatusMark glyph={glyph} step={0} />;
}
