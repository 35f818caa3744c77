import type { BackupCopy, BackupsState } from '@shared/contract/backups.ts';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { bytes, moment, plural } from '../../lib/format.ts';
import {
  backupsStore,
  checkBackup,
  checkIntegrity,
  makeBackup,
  restoreBackup,
  showBackup,
  watchBackups,
} from '../../state/backups.ts';
import { type ChatMap, chatsStore } from '../../state/chats.ts';
import { askExport, chooseImport } from '../../state/transfer.ts';
import { Button } from '../../ui/button.tsx';
import { ListRow } from '../../ui/list-row.tsx';
import { Problem } from '../../ui/problem.tsx';
import { RowQuestion } from '../../ui/row-question.tsx';

/** Copies of the database, and the ways of chats out and in. */
export function Backups() {
  const state = useStore(backupsStore, (s) => s.state);
  useEffect(watchBackups, []);
  if (state === null) return null;
  return (
    <>
      {state.kept === 'server' ? (
        <p>
          The chats are in a shared PostgreSQL. Its server keeps the backups; ask whoever runs it. Single
          chats can be exported here.
        </p>
      ) : (
        <Copies state={state} />
      )}
      <section className="part" aria-label="Export and import">
        <div className="part-head">
          <h4>Export and import</h4>
        </div>
        <OutAndIn />
      </section>
    </>
  );
}

function Copies({ state }: { readonly state: BackupsState }) {
  const { copies, running, integrity, problem, outcome } = state;
  const last = copies.find(({ verifiedAt, problem: bad }) => verifiedAt !== null && bad === null);
  return (
    <>
      {outcome && <p className={outcome.kind === 'restored' ? 'meta' : 'err'}>{outcome.words}</p>}
      <div className="set">
        <div className="li">
          <span>
            <b>Last verified copy</b>
            <span className="meta" role="status">
              {running ? `${running.step}…` : last ? factsOf(last) : 'None yet. One is made every day.'}
            </span>
          </span>
          <Button disabled={running !== null} onClick={() => void makeBackup()}>
            Make a copy now
          </Button>
        </div>
        <div className="li">
          <span>
            <b>Integrity</b>
            {integrity === null ? (
              <span className="meta">Looks at every table and index while chats go on.</span>
            ) : (
              <span className={integrity.sound ? 'meta' : 'err'}>
                {integrity.sound ? 'Sound' : 'Damaged'} · {integrity.words} · {moment(integrity.at)}
              </span>
            )}
          </span>
          <Button disabled={running !== null} onClick={() => void checkIntegrity()}>
            Check integrity
          </Button>
        </div>
      </div>
      <Problem text={running === null ? problem : null} />
      {copies.length > 0 && (
        <section className="part" aria-label="Copies">
          <div className="part-head">
            <h4>Copies</h4>
            <Button look="quiet" onClick={() => showBackup(null)}>
              Show in folder
            </Button>
          </div>
          <ul className="set" aria-label="Copies">
            {copies.map((copy) => (
              <CopyRow key={copy.name} copy={copy} busy={running !== null} />
            ))}
          </ul>
          <p className="hint">Keys and tokens are not in copies.</p>
        </section>
      )}
    </>
  );
}

function workingIn(chats: ChatMap | null): number {
  return [...(chats?.values() ?? [])].filter(({ status }) => status === 'running').length;
}

const WHY = { daily: 'daily', asked: 'by hand', 'before-restore': 'before a restore' } as const;

function factsOf({ madeAt, bytes: size, chats, messages }: BackupCopy): string {
  return [moment(madeAt), bytes(size), plural(chats, 'chat'), plural(messages, 'row')].join(' · ');
}

function CopyRow({ copy, busy }: { readonly copy: BackupCopy; readonly busy: boolean }) {
  const [asking, setAsking] = useState(false);
  const { name, madeAt, why, problem, verifiedAt } = copy;
  return (
    <ListRow
      label={`Copy of ${moment(madeAt)}`}
      name={<span className="num">{moment(madeAt)}</span>}
      facts={
        <>
          <span className="meta num">
            {[WHY[why], bytes(copy.bytes), plural(copy.chats, 'chat'), plural(copy.messages, 'row')].join(
              ' · ',
            )}
          </span>
          {problem !== null && <span className="err">{problem}</span>}
          {verifiedAt === null && <span className="meta">not verified</span>}
        </>
      }
      actions={
        <>
          <Button look="quiet" disabled={busy} onClick={() => void checkBackup(name)}>
            Check
          </Button>
          <Button
            look="quiet"
            disabled={busy || problem !== null}
            aria-expanded={asking}
            onClick={() => setAsking(!asking)}
          >
            Restore…
          </Button>
        </>
      }
    >
      {asking && <RestoreQuestion copy={copy} busy={busy} onKeep={() => setAsking(false)} />}
    </ListRow>
  );
}

interface RestoreQuestionProps {
  readonly copy: BackupCopy;
  readonly busy: boolean;
  readonly onKeep: () => void;
}

function RestoreQuestion({ copy, busy, onKeep }: RestoreQuestionProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const atWork = useStore(chatsStore, (s) => workingIn(s.live));
  const at = moment(copy.madeAt);
  return (
    <RowQuestion
      label={`Restore the copy of ${at}?`}
      act="Restore"
      busy={busy}
      problem={problem}
      onAct={() => void restoreBackup(copy.name).then((words) => setProblem(words))}
      onKeep={onKeep}
    >
      All chats, accounts, rules and settings become as they were on {at}.{' '}
      {atWork > 0 && <b>{plural(atWork, 'chat')} at work will be interrupted. </b>}
      What is here now becomes a copy of its own. Keys stay as they are.
    </RowQuestion>
  );
}

function OutAndIn() {
  const [problem, setProblem] = useState<string | null>(null);
  const [looking, setLooking] = useState(false);
  const choose = async () => {
    setLooking(true);
    setProblem(await chooseImport());
    setLooking(false);
  };
  return (
    <>
      <div className="btns">
        <Button onClick={() => askExport(null)}>Export all…</Button>
        <Button disabled={looking} onClick={() => void choose()}>
          {looking ? 'Reading the file…' : 'Import…'}
        </Button>
      </div>
      <Problem text={problem} />
    </>
  );
}
