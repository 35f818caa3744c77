import type { FilePart, Part } from '@shared/model/part.ts';
import { Globe } from 'lucide-react';
import { useContext } from 'react';
import { plural } from '../../lib/format.ts';
import { webLink } from '../../lib/markdown.ts';
import { LinkContext } from '../../ui/markdown.tsx';

type Source = Extract<Part, { type: 'source' }>;

export function isCited(part: Part): part is Source {
  return part.type === 'source';
}

/** Where the model says that it read; each page once. */
export function Sources({ parts }: { readonly parts: readonly Part[] }) {
  const ask = useContext(LinkContext);
  const sources = [...new Map(parts.filter(isCited).map((part) => [part.url, part])).values()];
  return (
    <div className="cites">
      <Globe className="i s" aria-hidden="true" />
      <span className="meta">{plural(sources.length, 'source')}</span>
      <ul aria-label="Sources">
        {sources.map((source) => (
          <li key={source.url}>
            <SourceLink source={source} onAsk={ask} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function SourceLink({ source, onAsk }: { readonly source: Source; readonly onAsk: (url: string) => void }) {
  const url = webLink(source.url);
  const words = source.title?.trim() || (url ? new URL(url).host : source.url);
  if (!url) return <span className="chip">{words}</span>;
  return (
    <button type="button" className="chip" title={url} onClick={() => onAsk(url)}>
      {words}
    </button>
  );
}

const SHOWN = /^image\/(png|jpeg|gif|webp)$/;

/** A picture that the model made: its bytes are in the row, nothing is fetched. */
export function ModelImage({ part }: { readonly part: FilePart }) {
  const name = part.name ?? part.media_type;
  if (!part.data || !SHOWN.test(part.media_type)) return <div className="chip">{name}</div>;
  return <img className="model-image" alt={name} src={`data:${part.media_type};base64,${part.data}`} />;
}
