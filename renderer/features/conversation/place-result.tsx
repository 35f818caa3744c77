import { useMemo } from 'react';
import { useStore } from 'zustand';
import { useTemplates } from '../../state/templates.ts';
import { placeLook } from '../../state/workspace-status.ts';
import { workspacesStore } from '../../state/workspaces.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { TerminalBlock } from '../../ui/terminal-block.tsx';
import { placeToolView } from './place-tool.ts';
import type { ToolFacts } from './tool-view.ts';

/** The place that is made or changed: from what, what its scripts print, and then what became of it. */
export function PlaceResult({ facts }: { readonly facts: ToolFacts }) {
  const { tool, args, result, log } = facts;
  const view = useMemo(() => placeToolView({ tool, args, result }), [tool, args, result]);
  return (
    <>
      <div className="place-facts">
        {view.templateId !== null && <TemplateName id={view.templateId} />}
        {view.parameters.map((line) => (
          <span key={line} className="mono">
            {line}
          </span>
        ))}
        {view.workspaceId !== null && <Now id={view.workspaceId} />}
        {view.message !== '' && <span>{view.message}</span>}
      </div>
      {(log !== '' || !result) && <TerminalBlock text={log} running={!result} />}
    </>
  );
}

function TemplateName({ id }: { readonly id: string }) {
  const listed = useTemplates()?.templates.find(({ template }) => template.id === id);
  if (!listed) return null;
  return <span>From the template {listed.template.display_name ?? listed.template.name}</span>;
}

/** As it is now, and not as it was when the call ended. */
function Now({ id }: { readonly id: string }) {
  const place = useStore(workspacesStore, (s) => s.list?.find((one) => one.id === id) ?? null);
  if (!place) return <span className="faint">It was removed since.</span>;
  const { words, glyph, tone } = placeLook(place);
  return (
    <span className={`place-state ${tone}`}>
      <StateMark glyph={glyph} link={place.link.state} />
      {place.name} · {words === '' ? 'running' : words}
      {place.branch !== null && <span className="mono">{place.branch}</span>}
    </span>
  );
}
