/** The window's look (renderer/ui/tokens.css), for a page that has nothing but itself. */
export const HTML_STYLE = `
:root { color-scheme: light dark; --back: oklch(0.992 0.001 262); --card: oklch(0.965 0.003 262);
  --code: oklch(0.975 0.003 262); --line: oklch(0.905 0.005 262); --title: oklch(0.205 0.01 262);
  --text: oklch(0.305 0.01 262); --meta: oklch(0.435 0.012 262); --accent: oklch(0.52 0.10 200); --bad: oklch(0.52 0.19 26); }
@media (prefers-color-scheme: dark) { :root { --back: oklch(0.202 0.006 262); --card: oklch(0.235 0.007 262);
  --code: oklch(0.158 0.006 262); --line: oklch(0.285 0.008 262); --title: oklch(0.965 0.003 262);
  --text: oklch(0.845 0.005 262); --meta: oklch(0.725 0.008 262); --accent: oklch(0.80 0.115 192); --bad: oklch(0.70 0.17 24); } }
* { box-sizing: border-box; margin: 0 }
body { font: 400 14px/22px 'Inter Variable', Inter, system-ui, sans-serif; color: var(--text); background: var(--back); padding: 40px 20px 64px }
main, footer { max-width: 760px; margin: 0 auto }
section + section { margin-top: 48px; padding-top: 32px; border-top: 1px solid var(--line) }
header { margin-bottom: 24px } h1, h2 { font-size: 20px; line-height: 28px; font-weight: 600; color: var(--title); overflow-wrap: anywhere }
h2 { font-size: 17px } h3, h4, h5, h6 { font-size: 14px; font-weight: 600; color: var(--title); margin: 16px 0 4px }
.meta, time, footer { color: var(--meta); font-size: 12px; line-height: 18px } footer { margin-top: 48px }
article { margin: 20px 0; overflow-wrap: anywhere; content-visibility: auto; contain-intrinsic-size: auto 120px; unicode-bidi: isolate }
.who { font-weight: 550; color: var(--title); font-size: 13px } .who time { font-weight: 400; margin-left: 6px }
.you { background: var(--card); border-radius: 10px; padding: 10px 14px } .typed { white-space: pre-wrap }
article > * + * { margin-top: 8px } li > p { display: inline } ul, ol { padding-left: 24px } blockquote { border-left: 2px solid var(--line); padding-left: 12px; color: var(--meta) }
table { border-collapse: collapse } th, td { border: 1px solid var(--line); padding: 4px 10px; text-align: left }
hr { border: 0; border-top: 1px solid var(--line) } a { color: var(--accent) } small { color: var(--meta) } img { max-width: 100%; border-radius: 6px }
code, pre { font: 400 12px/18px 'JetBrains Mono Variable', 'JetBrains Mono', ui-monospace, monospace }
code { overflow-wrap: anywhere } pre { background: var(--code); border: 1px solid var(--line); border-radius: 6px; padding: 10px 12px; max-height: 420px; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere }
details, .call, .cut { margin: 8px 0; color: var(--meta); content-visibility: auto; contain-intrinsic-size: auto 22px } summary { cursor: pointer; overflow-wrap: anywhere } summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px }
details > pre, details > div { margin-top: 8px } .call code { color: var(--text) } .bad { color: var(--bad); font-size: 12px }
.cut { border-top: 1px solid var(--line); padding-top: 8px; margin: 24px 0; font-size: 12px }
nav ul { list-style: none; padding: 0; margin-bottom: 40px } nav .agent { padding-left: 20px }
@media print { pre { max-height: none } }
`;
