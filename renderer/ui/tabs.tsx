import type { KeyboardEvent } from 'react';

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly {
    readonly id: string;
    readonly label: string;
    /** How much there is behind it; nothing is shown for 0. */
    readonly count?: number | undefined;
  }[];
  readonly chosen: string;
  /** One below the other. */
  readonly vertical?: boolean;
  readonly onChoose: (id: string) => void;
}

/** The id of a tab's element; its panel is labelled by it and is called `${id}-panel`. */
export const tabId = (id: string) => `tab-${id}`;
export const panelId = (id: string) => `${tabId(id)}-panel`;

type Moves = Readonly<Record<string, number>>;
const ACROSS = (at: number): Moves => ({ ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 });
const DOWN = (at: number): Moves => ({ ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: -1 });

/** One tab stop; the arrow keys choose. */
export function Tabs({ label, tabs, chosen, vertical = false, onChoose }: TabsProps) {
  const at = tabs.findIndex((tab) => tab.id === chosen);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = (vertical ? DOWN : ACROSS)(at)[event.key];
    const tab = to === undefined ? undefined : tabs.at(to >= tabs.length ? 0 : to);
    if (!tab) return;
    event.preventDefault();
    onChoose(tab.id);
    document.getElementById(tabId(tab.id))?.focus();
  };
  return (
    <div
      className={`tabs ${vertical ? 'vertical' : ''}`}
      role="tablist"
      aria-label={label}
      aria-orientation={vertical ? 'vertical' : 'horizontal'}
      onKeyDown={onKeyDown}
    >
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          id={tabId(tab.id)}
          className={`tab ${tab.id === chosen ? 'on' : ''}`}
          role="tab"
          aria-selected={tab.id === chosen}
          aria-controls={tab.id === chosen ? panelId(tab.id) : undefined}
          tabIndex={tab.id === chosen ? 0 : -1}
          onClick={() => onChoose(tab.id)}
        >
          {tab.label}
          {tab.count ? (
            <span className="tab-count num" aria-hidden="true">
              {' '}
              {tab.count}
            </span>
          ) : null}
        </button>
      ))}
    </div>
  );
}
