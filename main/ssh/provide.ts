import { LinkFault } from './fault.ts';
import { formatBytes, freeBytes, type Report } from './host-report.ts';
import type { RuntimeFile } from './runtime/runtimes.ts';
import { inStage } from './stage.ts';
import type { OpenStage, Trace } from './trace.ts';
import { type UploadDeps, uploadWays } from './upload.ts';

export interface ProvideDeps extends UploadDeps {
  readonly agentHome: string;
  readonly trace: Trace | null;
}

export interface Cargo {
  /** Null: it is there. */
  readonly agent: Buffer | null;
  readonly runtime: RuntimeFile | null;
}

/** What was uploaded, by the name that its files have on the host. */
export interface Arrived {
  readonly name: string;
  readonly cargo: Cargo;
}

/** Beside what is uploaded: a log, a journal. */
const ROOM_BYTES = 4 * 1024 * 1024;

/**
 * Uploads what is needed; `takeIn` lets the host check it, put it in its place and start the agent. One way to upload
 * after the other, until one arrives whole. Throws LinkFault.
 */
export function provide(
  deps: ProvideDeps,
  { seen, cargo }: { readonly seen: Report; readonly cargo: Cargo },
  takeIn: (arrived: Arrived) => Promise<Report>,
  signal: AbortSignal,
): Promise<Report> {
  const bytes = (cargo.agent?.length ?? 0) + (cargo.runtime?.packed.length ?? 0);
  const summary = `Uploading ${formatBytes(bytes)}`;
  return inStage(deps.trace, { stage: 'upload', hop: deps.host, summary }, async (stage) => {
    refuseFullDisk(deps, seen, bytes + (cargo.runtime?.bytes ?? 0));
    const failures: string[] = [];
    for (const way of uploadWays) {
      const name = `.gaffer.${deps.random.uuid()}.part`;
      const onProgress = progressTeller(stage, bytes);
      let failure: string | null = null;
      for (const file of filesOf(cargo, seen, name)) {
        failure ??= await way.send(deps, { ...file, onProgress }, signal);
      }
      const after = failure === null ? await takeIn({ name, cargo }) : null;
      if (after !== null && after.get('start') !== 'bad-upload') {
        stage.ok(`Uploaded ${formatBytes(bytes)}`, `by ${way.name}`);
        return after;
      }
      failures.push(failure ?? (after?.get('stderr') || 'What arrived was not what was sent.'));
      deps.log.info('ssh: upload did not work', {
        host: deps.host,
        way: way.name,
        error: failures.at(-1),
      });
    }
    throw notUploaded(deps, seen, failures);
  });
}

export function refuseFullDisk(
  { host, agentHome }: Pick<ProvideDeps, 'host' | 'agentHome'>,
  report: Report,
  bytes: number,
): void {
  const free = freeBytes(report);
  if (free === null || free >= bytes + ROOM_BYTES) return;
  throw new LinkFault(
    'not-now',
    `The disk of ${host} is full: ${formatBytes(free)} are free, ${formatBytes(bytes + ROOM_BYTES)} are needed.`,
    report.get('stderr') || null,
    `Make room on the disk that holds ${agentHome} there.`,
  );
}

function filesOf({ agent, runtime }: Cargo, seen: Report, name: string) {
  return [
    ...(agent ? [{ path: `${seen.get('dir')}/${name}`, content: agent }] : []),
    ...(runtime ? [{ path: `${seen.get('base')}/runtime/${name}`, content: runtime.packed }] : []),
  ];
}

/** Hears of each piece that has left; the window is told some forty times in all. */
function progressTeller(stage: OpenStage, bytes: number): (piece: number) => void {
  const step = Math.max(1_000_000, bytes / 40);
  let sent = 0;
  let toldAt = 0;
  return (piece) => {
    sent += piece;
    if (sent - toldAt < step) return;
    toldAt = sent;
    stage.go(`Uploading: ${formatBytes(sent)} of ${formatBytes(bytes)}`);
  };
}

function notUploaded(
  { host, agentHome }: ProvideDeps,
  seen: Report,
  failures: readonly string[],
): LinkFault {
  const free = freeBytes(seen);
  return new LinkFault(
    'agent',
    `The workspace agent could not be copied to ${host}: neither a plain copy nor SFTP arrived whole.`,
    [...failures, ...(free === null ? [] : [`${formatBytes(free)} are free there.`])].join('\n'),
    `Make sure that files can be written below ${agentHome} there, and that no quota is used up.`,
  );
}
