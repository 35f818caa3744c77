import type { ChatId } from '@shared/model/ids.ts';
import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { GitBranch } from 'lucide-react';
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import type { Inspected } from '../../state/inspector.ts';
import { instructionItems, instructionWords, useInstructions } from '../../state/instructions.ts';
import { linkWords, reconnect, setTrust, workspacesStore } from '../../state/workspaces.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { PathList } from '../../ui/path-list.tsx';
import { Processes } from './processes.tsx';

/** Where the chat works and what it runs there. */
export function Details({ chatId, workspaceId }: Inspected) {
  const place = useStore(workspacesStore, (s) => s.list?.find(({ id }) => id === workspaceId) ?? null);
  const known = useStore(workspacesStore, (s) => s.list !== null);
  if (!place) return <Empty text={known ? 'No workspace yet' : ''} />;
  const { state } = place.link;
  return (
    <div className="details">
      {/* Looking is no reason to connect; a link that was lost comes back by itself. */}
      {chatId && state !== 'idle' && <Processes chatId={chatId} />}
      <Place place={place} />
      {chatId && <Instructions chatId={state === 'up' ? chatId : null} />}
    </div>
  );
}

function Place({ place }: { readonly place: WorkspaceSummary }) {
  return (
    <section aria-label="Workspace">
      <h2>Workspace</h2>
      <dl className="facts-list">
        <Row name="Name">{place.name}</Row>
        <Row name="Host">
          <LinkState place={place} />
        </Row>
        <Row name="Directory">
          <span className="mono source" title={place.directory}>
            <bdi dir="ltr">{place.directory}</bdi>
          </span>
          <CopyButton text={place.directory} label="Copy directory" />
        </Row>
        <Row name="Trust">
          <Trust place={place} />
        </Row>
        <Row name="Branch">
          {place.branch === null ? (
            <span className="faint">none</span>
          ) : (
            <span className="mono with-glyph">
              <GitBranch className="i s" aria-hidden="true" />
              {place.branch}
            </span>
          )}
        </Row>
      </dl>
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

function Instructions({ chatId }: { readonly chatId: ChatId | null }) {
  const instructions = useInstructions(chatId);
  const words = instructionWords(instructions);
  return (
    <section aria-label="Instructions">
      <h2>Instructions</h2>
      {words === '' ? (
        <PathList label="Loaded instruction files" items={instructionItems(instructions)} />
      ) : (
        <p className="faint">{words}</p>
      )}
    </section>
  );
}
