import { useEffect, useState } from 'react';

const DEAD_MS = 400;

/** False at first: a card that has just appeared takes no press, it may have slid under a finger. */
export function useDeadTime(what: string): boolean {
  const [awakeFor, setAwakeFor] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setAwakeFor(what), DEAD_MS);
    return () => clearTimeout(timer);
  }, [what]);
  return awakeFor === what;
}
