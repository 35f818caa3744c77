import type { WorkspaceOrigin, WorkspaceSummary } from '@shared/model/workspace.ts';
import { GitBranch } from 'lucide-react';
import type { ReactNode } from 'react';
import { age } from '../../lib/format.ts';
import { KIND_WORDS } from '../../lib/kind-words.ts';
import { useSeconds } from '../../state/ticks.ts';
import { placeActions } from '../../state/workspace-actions.ts';
import { placeLook } from '../../state/workspace-status.ts';
import { linkWords, reconnect, setTrust } from '../../state/workspaces.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { StateMark } from '../../ui/state-mark.tsx';

/** Where the chat works, where that came from, and what can be done with it. */
export function Place({ place }: { readonly place: WorkspaceSummary }) {
  return (
    <section aria-label="Workspace">
      <h2>Workspace</h2>
      <dl className="facts-list">
        <Row name="Name">{place.name}</Row>
        <State place={place} />
        <Row name="Host">
          <LinkState place={place} />
        </Row>
        <Row name="Directory">
          <span className="mono source" title={place.directory}>
            <bdi dir="ltr">{place.directory}</bdi>
          </span>
          <CopyButton text={place.directory} label="Copy directory" />
        </Row>
        <Row name="Kind">{KIND_WORDS[place.kind]}</Row>
        <Row name="Branch">
          <Branch name={place.branch} />
        </Row>
        {place.origin && <Origin origin={place.origin} />}
        <Row name="Trust">
          <Trust place={place} />
        </Row>
      </dl>
      <Actions place={place} />
    </section>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Nothing while it can be worked in and its scripts did what they should. */
function State({ place }: { readonly place: WorkspaceSummary }) {
  const { words, glyph, tone } = placeLook(place);
  if (glyph === 'link' && place.error === null) return null;
  return (
    <Row name="State">
      <span className={`with-glyph ${tone}`}>
        <StateMark glyph={glyph} link={place.link.state} />
        {words === '' ? 'running' : words}
      </span>
      {place.error !== null && <p className="cause place-cause">{place.error}</p>}
    </Row>
  );
}

function Branch({ name }: { readonly name: string | null }) {
  if (name === null) return <span className="faint">none</span>;
  return (
    <span className="mono with-glyph">
      <GitBranch className="i s" aria-hidden="true" />
      {name}
    </span>
  );
}

const SHORT = 10;

function Origin({ origin }: { readonly origin: WorkspaceOrigin }) {
  const now = useSeconds(false);
  const { template, by, base, baseCommit, repository, createdAt } = origin;
  const commit = baseCommit === null ? '' : baseCommit.slice(0, SHORT);
  return (
    <>
      {(base !== null || baseCommit !== null) && (
        <Row name="Base">
          <span className="mono">{[base ?? '', commit].filter((part) => part !== '').join(' · ')}</span>
        </Row>
      )}
      {repository !== null && (
        <Row name="Repository">
          <span className="mono source" title={repository}>
            <bdi dir="ltr">{repository}</bdi>
          </span>
        </Row>
      )}
      <Row name="Template">{template}</Row>
      <Row name="Made by">
        {by === 'agent' ? 'an agent' : 'you'}
        <span className="faint">{age(createdAt, now)}</span>
      </Row>
    </>
  );
}

/** What was answered once can be changed here. */
function Trust({ place }: { readonly place: WorkspaceSummary }) {
  const { answer, brings } = place.trust;
  const names = brings?.length ? brings.join(', ') : null;
  if (answer === 'trusted')
    return (
      <>
        Trusted
        <Button onClick={() => void setTrust(place.id, 'refused')}>Do not trust</Button>
      </>
    );
  if (answer === 'unknown' && names === null) return <span className="faint">nothing to trust</span>;
  return (
    <>
      {answer === 'refused' ? 'Not trusted' : 'Not answered yet'}
      <Button onClick={() => void setTrust(place.id, 'trusted')}>Trust</Button>
      {names !== null && <p className="cause">Not used: {names}</p>}
    </>
  );
}

function LinkState({ place }: { readonly place: WorkspaceSummary }) {
  const { link } = place;
  const words = linkWords(link);
  return (
    <>
      <span className="with-glyph">
        <i className={`link ${link.state}`} />
        {place.host}
        {words !== '' && <span className="faint">{words}</span>}
      </span>
      {link.state === 'idle' && <Button onClick={() => void reconnect(place.id)}>Connect</Button>}
      {link.state === 'down' && (
        <>
          <Button onClick={() => void reconnect(place.id)}>Reconnect</Button>
          <p className="cause">{link.message}</p>
        </>
      )}
    </>
  );
}

function Actions({ place }: { readonly place: WorkspaceSummary }) {
  const actions = placeActions(place);
  if (actions.length === 0) return null;
  return (
    <div className="btns place-actions">
      {actions.map(({ label, run }) => (
        <Button key={label} onClick={run}>
          {label}
        </Button>
      ))}
    </div>
  );
}
