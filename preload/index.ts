import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { GafferBridge } from './client.ts';

const bridge: GafferBridge = {
  invoke: (name, input) => ipcRenderer.invoke('gaffer:invoke', { name, input }),
  pathOf: (file) => webUtils.getPathForFile(file) || null,
  open(id, name, input) {
    const { port1, port2 } = new MessageChannel();
    ipcRenderer.postMessage('gaffer:open', { name, input }, [port1]);
    // A port cannot cross the context bridge; a message to the same window can carry it.
    window.postMessage({ type: 'gaffer-port', id }, '*', [port2]);
  },
};

contextBridge.exposeInMainWorld('gaffer', bridge);
