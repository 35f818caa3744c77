import type { HostId, WorkspaceId } from '@shared/model/ids.ts';
import type { ParameterProblem, Template } from '@shared/model/template.ts';
import { wantsHost } from '@shared/model/template.ts';
import { useEffect, useRef, useState } from 'react';
import { call } from '../../lib/bridge.ts';
import { hostsStore } from '../../state/hosts.ts';

/** What the form holds. `host`: empty on this computer. */
export interface Wanted {
  readonly template: Template;
  readonly name: string;
  readonly host: string;
  readonly values: Readonly<Record<string, string>>;
}

export interface Problems {
  readonly host: string | null;
  readonly parameters: readonly ParameterProblem[];
}

const NO_PROBLEMS: Problems = { host: null, parameters: [] };

type Step =
  | { readonly state: 'form'; readonly refusal: string | null }
  | { readonly state: 'creating' }
  /** To a host that is not known yet. */
  | { readonly state: 'connecting'; readonly target: string };

/** Checks what was entered, as long as somebody looks at the form, and makes a workspace of it. */
export function useCreation(wanted: Wanted | null, onCreated: (id: WorkspaceId) => void) {
  const [step, setStep] = useState<Step>({ state: 'form', refusal: null });
  const [tried, setTried] = useState<Template | null>(null);
  // Nothing is called wrong before the person says that it is complete.
  const isTried = wanted !== null && tried?.id === wanted.template.id;
  const [problems, setProblems] = useProblems(isTried ? wanted : null);
  const attempt = useRef<{ readonly target: string | null } | null>(null);
  const cancel = () => {
    const target = attempt.current?.target ?? null;
    attempt.current = null;
    if (target !== null) void call('hosts.cancel', { target });
  };
  useEffect(() => cancel, []);
  const create = async (one: Wanted): Promise<void> => {
    const found = await findProblems(one);
    setTried(one.template);
    setProblems(found);
    if (hasProblems(found)) return;
    const target = knownHost(one.host) === null && one.host.trim() !== '' ? one.host.trim() : null;
    const own = { target };
    attempt.current = own;
    setStep(target === null ? { state: 'creating' } : { state: 'connecting', target });
    const answer = await make(one, () => setStep({ state: 'creating' }));
    if (attempt.current !== own) return;
    attempt.current = null;
    if (answer.ok) onCreated(answer.value.workspaceId);
    else setStep({ state: 'form', refusal: answer.error.message });
  };
  return {
    step,
    problems: isTried ? problems : NO_PROBLEMS,
    create,
    cancel() {
      cancel();
      setStep({ state: 'form', refusal: null });
    },
  };
}

/** Of the form as it is now. */
function useProblems(wanted: Wanted | null) {
  const [problems, setProblems] = useState(NO_PROBLEMS);
  useEffect(() => {
    if (wanted === null) return;
    let old = false;
    void findProblems(wanted).then((found) => {
      if (!old) setProblems(found);
    });
    return () => {
      old = true;
    };
  }, [wanted]);
  return [problems, setProblems] as const;
}

function hasProblems({ host, parameters }: Problems): boolean {
  return host !== null || parameters.length > 0;
}

async function findProblems({ template, host, values }: Wanted): Promise<Problems> {
  const answer = await call('template.check', { templateId: template.id, parameters: { ...values } });
  const isMissing = wantsHost(template.kind) === true && host.trim() === '';
  return {
    host: isMissing ? 'Choose a host.' : null,
    parameters: answer.ok ? answer.value : [],
  };
}

function knownHost(target: string): HostId | null {
  return hostsStore.getState().list?.find((host) => host.target === target.trim())?.id ?? null;
}

async function make({ template, name, host, values }: Wanted, onHost: () => void) {
  const target = wantsHost(template.kind) === false ? '' : host.trim();
  const opened = target === '' ? null : await call('hosts.open', { target });
  if (opened && !opened.ok) return opened;
  onHost();
  return call('workspaces.create', {
    templateId: template.id,
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    parameters: { ...values },
    hostId: opened?.value.hostId ?? null,
  });
}
