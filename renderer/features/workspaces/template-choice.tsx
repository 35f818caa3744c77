import type { ListedTemplate } from '@shared/model/template.ts';
import type { KeyboardEvent } from 'react';
import { plural } from '../../lib/format.ts';
import { KIND_WORDS } from '../../lib/kind-words.ts';
import { TemplateIcon } from './template-icon.tsx';

interface TemplateChoiceProps {
  readonly templates: readonly ListedTemplate[];
  readonly chosen: ListedTemplate;
  readonly onChoose: (one: ListedTemplate) => void;
}

/** All templates, the most used first; one tab stop, walked by the arrow keys. */
export function TemplateChoice({ templates, chosen, onChoose }: TemplateChoiceProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = templates.indexOf(chosen);
    const to = stepOf(event.key, at, templates.length);
    const next = to === null ? undefined : templates[to];
    if (!next) return;
    event.preventDefault();
    onChoose(next);
    event.currentTarget.querySelectorAll<HTMLElement>('[role="radio"]')[to ?? 0]?.focus();
  };
  return (
    <div className="templates" role="radiogroup" aria-label="Template" onKeyDown={onKeyDown}>
      {templates.map((one) => (
        <Choice
          key={one.template.id}
          listed={one}
          isChosen={one === chosen}
          onChoose={() => onChoose(one)}
        />
      ))}
    </div>
  );
}

function stepOf(key: string, at: number, count: number): number | null {
  if (key === 'ArrowDown' || key === 'ArrowRight') return (at + 1) % count;
  if (key === 'ArrowUp' || key === 'ArrowLeft') return (at - 1 + count) % count;
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : null;
}

interface ChoiceProps {
  readonly listed: ListedTemplate;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function Choice({ listed, isChosen, onChoose }: ChoiceProps) {
  const { template, source, activeWorkspaces } = listed;
  const facts = [
    KIND_WORDS[template.kind],
    ...(source === 'user' ? ['yours'] : []),
    ...(activeWorkspaces > 0 ? [`${plural(activeWorkspaces, 'workspace')}`] : []),
  ];
  return (
    <button
      type="button"
      role="radio"
      aria-checked={isChosen}
      tabIndex={isChosen ? 0 : -1}
      className={`template ${isChosen ? 'on' : ''}`}
      title={template.description}
      onClick={onChoose}
    >
      <TemplateIcon name={template.icon} />
      <b>{template.display_name ?? template.name}</b>
      <span className="d">{facts.join(' · ')}</span>
    </button>
  );
}
