import type { WorkspaceSummary } from '@shared/model/workspace.ts';
import { Button } from './button.tsx';

interface LinkNoticeProps {
  readonly place: Pick<WorkspaceSummary, 'host' | 'link'>;
  readonly onReconnect: () => void;
}

/** What is below may be old while the machine cannot be reached. */
export function LinkNotice({ place: { host, link }, onReconnect }: LinkNoticeProps) {
  if (link.state === 'up' || link.state === 'idle') return null;
  const stuck = link.state === 'down' && (link.final || link.retryAt === null);
  return (
    <div className="link-notice">
      <span>{stuck ? link.message : `Reconnecting to ${host}…`}</span>
      {link.state === 'down' && <Button onClick={onReconnect}>Reconnect</Button>}
    </div>
  );
}
