import type { ChatId, MessageId } from '@shared/model/ids.ts';
import type { ToolResultPart } from '@shared/model/part.ts';
import { useMemo, useState, useSyncExternalStore } from 'react';
import { call } from '../../lib/bridge.ts';
import { bytes } from '../../lib/format.ts';
import { outputOf } from '../../state/process-output.ts';
import { Button } from '../../ui/button.tsx';
import { DiffView } from '../../ui/diff-view.tsx';
import { TerminalBlock } from '../../ui/terminal-block.tsx';
import { HistoryResult } from './history-result.tsx';
import { number, record, text } from './json.ts';
import { OpenInTerminal } from './open-in-terminal.tsx';
import { PlaceResult } from './place-result.tsx';
import { editDiffs, failureText, type ToolFacts, type ToolView } from './tool-view.ts';

interface ToolBodyProps {
  readonly chatId: ChatId;
  readonly facts: ToolFacts;
  readonly view: ToolView;
  readonly resultMessageId: number | null;
}

/** What stands below an open tool row. */
export function ToolBody({ chatId, facts, view, resultMessageId }: ToolBodyProps) {
  const [whole, setWhole] = useState<ToolResultPart | null>(null);
  const full = { ...facts, result: whole ?? facts.result };
  return (
    <>
      <Content chatId={chatId} facts={full} view={view} />
      {full.result?.more && resultMessageId !== null && (
        <LoadWhole
          chatId={chatId}
          messageId={resultMessageId as MessageId}
          callId={full.result.tool_call_id}
          onLoaded={setWhole}
        />
      )}
    </>
  );
}

function Content({ chatId, facts, view }: Omit<ToolBodyProps, 'resultMessageId'>) {
  if (view.phase === 'denied' || view.phase === 'not-run') return <Refused facts={facts} view={view} />;
  if (view.kind === 'run' || view.kind === 'process') {
    const processId = facts.ledger?.process_id ?? null;
    if (!facts.result && view.phase === 'running' && processId) {
      return <LiveOutput chatId={chatId} processId={processId} facts={facts} />;
    }
    return <RunResult chatId={chatId} facts={facts} view={view} />;
  }
  if (view.kind === 'edit') return <EditResult facts={facts} view={view} />;
  if (view.kind === 'place' && view.phase !== 'failed') return <PlaceResult facts={facts} />;
  if (view.phase === 'failed') return <Failure result={facts.result} />;
  if (view.kind === 'read') {
    return <TerminalBlock text={text(record(facts.result?.result)['content'])} />;
  }
  if (facts.tool === 'search_history' && facts.result) return <HistoryResult facts={facts} />;
  return <TerminalBlock text={JSON.stringify(facts.result?.result ?? facts.args, null, 2) ?? ''} />;
}

function LiveOutput(props: {
  readonly chatId: ChatId;
  readonly processId: string;
  readonly facts: ToolFacts;
}) {
  const { chatId, processId, facts } = props;
  const source = useMemo(() => outputOf(chatId, processId), [chatId, processId]);
  const output = useSyncExternalStore(source.subscribe, source.get);
  const before = output.skippedBytes > 0 ? `${bytes(output.skippedBytes)} earlier` : null;
  return (
    <>
      <WholeCommand command={text(record(facts.args)['command'])} />
      <TerminalBlock
        text={output.text}
        before={before}
        running
        tools={<OpenInTerminal chatId={chatId} facts={facts} />}
      />
    </>
  );
}

/** A command of several lines does not fit into its row. */
function WholeCommand({ command }: { readonly command: string }) {
  return command.includes('\n') ? <TerminalBlock text={command} /> : null;
}

function RunResult({ chatId, facts, view }: Pick<ToolBodyProps, 'chatId' | 'facts' | 'view'>) {
  const result = record(facts.result?.result);
  const command = text(record(facts.args)['command']);
  if (!facts.result) return command ? <TerminalBlock text={command} /> : null;
  if (facts.tool === 'process_list')
    return <TerminalBlock text={JSON.stringify(facts.result.result, null, 2)} />;
  const truncated = record(result['truncated']);
  const omitted = number(truncated['omitted_bytes']);
  const before = omitted ? `${bytes(omitted)} are not shown` : null;
  // The agent's own words for the gap stand where it is.
  const output = text(result['output']).replace(
    `... [omitted ${omitted} bytes] ...`,
    () => `… ${before} here`,
  );
  const words =
    output === '' && view.phase === 'failed' && view.exitCode === null ? failureText(facts.result) : output;
  return (
    <>
      <WholeCommand command={command} />
      <TerminalBlock
        text={words}
        before={before}
        foot={words === failureText(facts.result) ? null : text(result['error']) || null}
        tools={<OpenInTerminal chatId={chatId} facts={facts} />}
      />
    </>
  );
}

function EditResult({ facts, view }: Pick<ToolBodyProps, 'facts' | 'view'>) {
  const { tool, args, result } = facts;
  const diffs = useMemo(() => editDiffs({ tool, args, result }), [tool, args, result]);
  return (
    <>
      {view.phase === 'failed' && <Failure result={facts.result} />}
      {diffs.map((d, i) => (
        <div key={`${d.path}${i}`}>
          {diffs.length > 1 && <div className="diff-path">{d.path}</div>}
          <DiffView rows={d.rows} path={d.path} />
        </div>
      ))}
    </>
  );
}

/** What was not done, and what the agent was told. */
function Refused({ facts, view }: Pick<ToolBodyProps, 'facts' | 'view'>) {
  return (
    <>
      {view.kind === 'edit' ? (
        <EditResult facts={{ ...facts, result: null }} view={view} />
      ) : (
        <TerminalBlock text={text(record(facts.args)['command']) || view.object} />
      )}
      <Failure result={facts.result} />
    </>
  );
}

function Failure({ result }: { readonly result: ToolResultPart | null }) {
  return (
    <div className="block term failure">
      <pre>{failureText(result)}</pre>
    </div>
  );
}

interface LoadWholeProps {
  readonly chatId: ChatId;
  readonly messageId: MessageId;
  readonly callId: string;
  readonly onLoaded: (result: ToolResultPart) => void;
}

function LoadWhole({ chatId, messageId, callId, onLoaded }: LoadWholeProps) {
  const [state, setState] = useState<'idle' | 'loading' | 'failed'>('idle');
  const load = async () => {
    setState('loading');
    const answer = await call('chat.message', { chatId, messageId });
    const part = answer.ok
      ? answer.value.message.content.find((p) => p.type === 'tool-result' && p.tool_call_id === callId)
      : undefined;
    if (part?.type === 'tool-result') onLoaded({ ...part, more: false });
    else setState('failed');
  };
  return (
    <div className="more">
      <Button look="quiet" disabled={state === 'loading'} onClick={() => void load()}>
        {state === 'failed' ? 'Not loaded. Try again' : 'Show everything'}
      </Button>
    </div>
  );
}
