import { createContext, useContext } from 'react';

/** Whether the pane around it has the person's attention: keys and the focus are meant for that one. */
const PaneContext = createContext(true);

export const PaneAttention = PaneContext.Provider;

export function useAttention(): boolean {
  return useContext(PaneContext);
}
