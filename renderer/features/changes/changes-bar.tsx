import type { ChangeList, ChangesBase } from '@shared/contract/changes.ts';
import { ChevronsDown, GitCompareArrows } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import { useStore } from 'zustand';
import type { ChangesSession } from '../../state/changes.ts';
import type { Review } from '../../state/review.ts';
import { IconButton } from '../../ui/button.tsx';
import { Picker } from '../../ui/picker.tsx';
import { Counts } from './counts.tsx';

interface ChangesBarProps {
  readonly session: ChangesSession;
  /** Null: there is none. */
  readonly list: ChangeList | null;
  readonly review: Review;
}

/** What it is compared with, how much there is, and how far the person is. */
export function ChangesBar({ session, list, review }: ChangesBarProps) {
  const base = useStore(session.store, (s) => s.base);
  const [naming, setNaming] = useState(false);
  if (naming) {
    return (
      <NameField
        onName={(name) => {
          setNaming(false);
          if (name !== null) session.setBase({ kind: 'named', name });
        }}
      />
    );
  }
  return (
    <div className="changes-bar">
      <BasePicker
        base={base}
        branch={list?.base.branch ?? null}
        onPick={(picked) => (picked === 'name' ? setNaming(true) : session.setBase(picked))}
      />
      {list && list.files.length > 0 && <Progress session={session} list={list} review={review} />}
    </div>
  );
}

interface BasePickerProps {
  readonly base: ChangesBase;
  readonly branch: string | null;
  readonly onPick: (base: ChangesBase | 'name') => void;
}

function BasePicker({ base, branch, onPick }: BasePickerProps) {
  const choices = [
    { value: 'head', label: 'Uncommitted changes' },
    { value: 'branch-point', label: `Since ${branch ? `leaving ${branch}` : 'the branch point'}` },
    ...(base.kind === 'named' ? [{ value: 'named', label: `Since ${base.name}` }] : []),
    { value: 'name', label: 'Another commit or branch…' },
  ];
  return (
    <Picker
      label="Compare with"
      down
      icon={<GitCompareArrows className="i s" aria-hidden="true" />}
      value={base.kind}
      choices={choices}
      onPick={(value) => {
        if (value === 'name') onPick('name');
        else if (value === 'head' || value === 'branch-point') onPick({ kind: value });
      }}
    />
  );
}

function NameField({ onName }: { readonly onName: (name: string | null) => void }) {
  const [name, setName] = useState('');
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onName(null);
    else if (event.key === 'Enter') onName(name.trim() === '' ? null : name.trim());
    else return;
    event.preventDefault();
  };
  return (
    <div className="changes-bar">
      <input
        className="inp mono"
        aria-label="Commit or branch"
        placeholder="Commit or branch"
        spellCheck={false}
        autoComplete="off"
        maxLength={256}
        // biome-ignore lint/a11y/noAutofocus: the person has just asked for it
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
        onBlur={() => onName(null)}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}

interface ProgressProps {
  readonly session: ChangesSession;
  readonly list: ChangeList;
  readonly review: Review;
}

function Progress({ session, list: { files }, review: { read } }: ProgressProps) {
  const selected = useStore(session.store, (s) => s.selected);
  const unread = files.filter(({ path, stamp }) => read[path] !== stamp);
  const at = files.findIndex(({ path }) => path === selected);
  const next = [...files.slice(at + 1), ...files.slice(0, Math.max(0, at))].find((file) =>
    unread.includes(file),
  );
  const sum = (of: 'added' | 'removed') => files.reduce((n, file) => n + file[of], 0);
  return (
    <span className="end changes-sum">
      <span className="changes-read">
        {files.length - unread.length} of {files.length} read
      </span>
      <Counts added={sum('added')} removed={sum('removed')} />
      <IconButton
        label="Next unread"
        className="mini"
        aria-disabled={!next}
        onClick={() => next && session.select(next.path)}
      >
        <ChevronsDown className="i s" aria-hidden="true" />
      </IconButton>
    </span>
  );
}
