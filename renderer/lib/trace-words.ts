import type { ConnectTrace, StageName, TraceStage } from '@shared/model/host.ts';

interface StageWords {
  readonly noun: string;
  /** While it runs. */
  readonly doing: string;
}

const WORDS: Readonly<Record<StageName, StageWords>> = {
  configuration: { noun: 'Configuration', doing: 'Reading the SSH configuration…' },
  name: { noun: 'Name', doing: 'Looking up the name…' },
  tcp: { noun: 'Connection', doing: 'Reaching the host…' },
  proxy: { noun: 'Proxy', doing: 'Starting the proxy…' },
  handshake: { noun: 'Encryption', doing: 'Agreeing on encryption…' },
  'host-key': { noun: 'Host key', doing: 'Checking the host key…' },
  authentication: { noun: 'Sign-in', doing: 'Signing in…' },
  probe: { noun: 'Host', doing: 'Looking at what is there…' },
  runtime: { noun: 'Node.js', doing: 'Bringing Node.js…' },
  upload: { noun: 'Upload', doing: 'Uploading the agent…' },
  agent: { noun: 'Agent', doing: 'Starting the agent…' },
  forwarding: { noun: 'Forwarding', doing: 'Opening the way to the agent…' },
};

/** Every connection goes through these; the others only where they are needed. */
const ALWAYS: readonly StageName[] = ['configuration', 'host-key', 'authentication', 'agent', 'forwarding'];

export function stageNoun(stage: StageName): string {
  return WORDS[stage].noun;
}

/** More than one machine is involved. */
export function hasHops({ host, stages }: ConnectTrace): boolean {
  return stages.some(({ hop }) => hop !== host);
}

/** "Sign-in"; where more than one machine is involved, "Sign-in: bastion". */
function fullNoun({ stage, hop }: TraceStage, trace: ConnectTrace): string {
  return hasHops(trace) ? `${stageNoun(stage)}: ${hop}` : stageNoun(stage);
}

/** What an attempt is doing now; null: it is over. */
export function doingWords(trace: ConnectTrace | null): string | null {
  if (trace?.outcome !== 'running') return null;
  const last = trace.stages.at(-1);
  if (!last) return null;
  const words = last.state === 'waiting' ? 'Waiting for you' : WORDS[last.stage].doing;
  return last.hop === trace.host ? words : `${last.hop}: ${words}`;
}

/** What would have come, or will come, after the last stage. */
export function stagesToCome(trace: ConnectTrace): readonly string[] {
  if (trace.outcome === 'ok') return [];
  const reached = new Set(trace.stages.filter(({ hop }) => hop === trace.host).map(({ stage }) => stage));
  const last = ALWAYS.findLastIndex((stage) => reached.has(stage));
  return ALWAYS.slice(last + 1).map((stage) => WORDS[stage].noun);
}

/** "Connected in 412 ms", "Failed at “Sign-in” after 1,204 ms", "Connecting…", "Waiting for you". */
export function outcomeWords(trace: ConnectTrace): string {
  const { outcome, stages } = trace;
  if (outcome === 'running') {
    return stages.at(-1)?.state === 'waiting' ? 'Waiting for you' : 'Connecting…';
  }
  const took = exactTime(wholeMs(trace));
  if (outcome === 'ok') return `Connected in ${took}`;
  const failed = stages.findLast(({ state }) => state === 'failed');
  return failed ? `Failed at “${fullNoun(failed, trace)}” after ${took}` : `Failed after ${took}`;
}

/** "312 ms"; from ten seconds on "12.3 s". */
export function exactTime(ms: number): string {
  return ms < 10_000 ? `${Math.max(0, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function wholeMs({ startedAt, stages }: ConnectTrace): number {
  const ends = stages.map((stage) => Date.parse(stage.startedAt) + (stage.tookMs ?? 0));
  return Math.max(0, ...ends.map((end) => end - Date.parse(startedAt)));
}

export type FixPiece =
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'command'; readonly text: string };

/** What stands in quotes is to be typed, and can be copied alone. */
export function fixPieces(fix: string): readonly FixPiece[] {
  return fix
    .split(/"([^"]+)"/)
    .map((text, at): FixPiece => ({ kind: at % 2 === 1 ? 'command' : 'words', text }))
    .filter(({ text }) => text !== '');
}

/** For a colleague or a bug report: every stage with its time, and what to do about the one that failed. */
export function traceText(trace: ConnectTrace): string {
  const lines = trace.stages.flatMap((stage) => {
    const { state, summary, detail, fix, tookMs } = stage;
    const mark = { ok: 'ok  ', failed: 'FAIL', running: '... ', waiting: 'asks' }[state];
    const took = tookMs === null ? '' : `  (${exactTime(tookMs)})`;
    return [
      `${mark}  ${fullNoun(stage, trace)}: ${summary}${took}`,
      ...(detail === null ? [] : detail.trim().split('\n')).map((line) => `        ${line}`),
      ...(fix === null ? [] : [`      → ${fix}`]),
    ];
  });
  const head = [`Connection to ${trace.host}, ${trace.startedAt}`, outcomeWords(trace), ''];
  return `${[...head, ...lines].join('\n')}\n`;
}
