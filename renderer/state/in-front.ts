import { useEffect, useState } from 'react';

/** True while the window is in front of the person. */
export function useInFront(): boolean {
  const [inFront, setInFront] = useState(() => document.hasFocus() && !document.hidden);
  useEffect(() => {
    const look = () => setInFront(document.hasFocus() && !document.hidden);
    window.addEventListener('focus', look);
    window.addEventListener('blur', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('focus', look);
      window.removeEventListener('blur', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
  return inFront;
}
