import type { ConnectTrace } from '@shared/model/host.ts';
import { Stethoscope } from 'lucide-react';
import { Fragment, useCallback, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { call } from '../../lib/bridge.ts';
import { countdown } from '../../lib/format.ts';
import { hasHops, outcomeWords, stagesToCome, traceText } from '../../lib/trace-words.ts';
import { closeDoctor, doctorStore, type Patient } from '../../state/doctor.ts';
import { hostsStore } from '../../state/hosts.ts';
import { secondsLeft } from '../../state/status.ts';
import { useSeconds } from '../../state/ticks.ts';
import { announce } from '../../state/toasts.ts';
import { useTrace } from '../../state/trace.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Escaped } from '../../ui/escaped.tsx';
import { StageRow, StageToCome } from './stage-row.tsx';

/** How the last connection to a host went, stage by stage, and the way to try again. */
export function Doctor() {
  const patient = useStore(doctorStore, (s) => s.patient);
  return patient && <Examination key={patient.target} patient={patient} />;
}

function Examination({ patient }: { readonly patient: Patient }) {
  const { target } = patient;
  const told = useTrace(target);
  const { problem, diagnose } = useDiagnose(patient);
  const never = told !== null && told.trace === null;
  const asked = useRef(false);
  useEffect(() => {
    // Nothing was tried in this run: whoever opens the doctor wants to know.
    if (!never || asked.current) return;
    asked.current = true;
    void diagnose();
  }, [never, diagnose]);
  const trace = told?.trace ?? null;
  return (
    <Dialog
      size="wide"
      title={`Connection doctor: ${target}`}
      icon={<Stethoscope className="i" aria-hidden="true" />}
      onClose={closeDoctor}
    >
      {problem !== null && (
        <div className="err" role="alert">
          {problem}
        </div>
      )}
      {trace ? <Findings trace={trace} /> : problem === null && <Empty text="Not connected in this run" />}
      <div className="btns">
        <Button
          look={trace?.outcome === 'failed' ? 'primary' : 'plain'}
          disabled={trace?.outcome === 'running'}
          onClick={() => void diagnose()}
        >
          Try again
        </Button>
        {trace && <CopyText trace={trace} />}
        <Button look="quiet" className="end" onClick={closeDoctor}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}

function useDiagnose({ target, identityFile }: Patient) {
  const [problem, setProblem] = useState<string | null>(null);
  const diagnose = useCallback(async () => {
    setProblem(null);
    const given = identityFile === null ? {} : { identityFile };
    const answer = await call('hosts.diagnose', { target, ...given });
    if (!answer.ok) setProblem(answer.error.message);
  }, [target, identityFile]);
  return { problem, diagnose };
}

function Findings({ trace }: { readonly trace: ConnectTrace }) {
  const words = outcomeWords(trace);
  const hops = hasHops(trace);
  useEffect(() => announce(words), [words]);
  const tone = { ok: 'ok', failed: 'err', running: 'meta' }[trace.outcome];
  return (
    <>
      <div className="doc-words">
        <span className={tone}>{words}</span>
        {trace.outcome === 'failed' && <NextTry host={trace.host} />}
      </div>
      <ol className="doc" aria-label="Stages">
        {trace.stages.map((stage, at) => (
          <Fragment key={`${trace.startedAt}-${at}`}>
            {hops && stage.hop !== trace.stages[at - 1]?.hop && (
              <li className="stage-hop">
                <Escaped text={stage.hop} />
              </li>
            )}
            <StageRow stage={stage} />
          </Fragment>
        ))}
        {stagesToCome(trace).map((noun) => (
          <StageToCome key={noun} noun={noun} />
        ))}
      </ol>
    </>
  );
}

/** A link that is not given up tries by itself. */
function NextTry({ host }: { readonly host: string }) {
  const link = useStore(hostsStore, (s) => s.list?.find((one) => one.target === host)?.link ?? null);
  const retryAt = link?.state === 'down' && !link.final ? link.retryAt : null;
  const left = secondsLeft(retryAt ?? '', useSeconds(retryAt !== null));
  if (retryAt === null) return null;
  return (
    <span className="meta num" role="timer" aria-live="off">
      {left > 0 ? `Next try in ${countdown(left)}` : 'Trying again…'}
    </span>
  );
}

const SHOWN_MS = 1_500;

function CopyText({ trace }: { readonly trace: ConnectTrace }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    await navigator.clipboard.writeText(traceText(trace));
    setCopied(true);
  };
  return <Button onClick={() => void copy()}>{copied ? 'Copied' : 'Copy as text'}</Button>;
}
