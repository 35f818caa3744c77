// Says when something was painted: the first frame with anything of the page, the first with rows in
// the tree, and the first with rows that come from the database. A frame is over when the task after it runs. Times are in ms since 1970.
const { ipcRenderer } = require('electron');

/** `performance` counts from a start that was read from a wall clock once: brought to the wall clock of now. */
function skewMs() {
  const from = Date.now();
  let now = from;
  while (now === from) now = Date.now();
  return now - (performance.timeOrigin + performance.now());
}

const seen = {};
function painted(name) {
  if (seen[name] !== undefined) return;
  seen[name] = 0;
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      seen[name] = performance.timeOrigin + performance.now();
      channel.port1.close();
      ipcRenderer.send('bench', { name, at: seen[name] + skewMs() });
    };
    channel.port2.postMessage(null);
  });
}

function look() {
  if (document.querySelector('#element, .app')) painted('shell');
  const rows = document.querySelectorAll('[role="treeitem"][aria-level="2"]');
  if (rows.length === 0) return;
  painted('last-known');
  // Greyed rows are those of the last time.
  if (rows[0].closest('[aria-busy="true"]') === null) painted('rows');
}
new MutationObserver(look).observe(document, { childList: true, subtree: true, attributeFilter: ['aria-busy'] });
