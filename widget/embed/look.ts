/**
 * Rules inside the shadow root. They are important so that no rule of the page beats them: among
 * important rules those of the inner tree win.
 */
export const LOOK = `
:host{all:initial!important;position:fixed!important;z-index:2147483000!important;inset:auto 0 0 auto!important}
:host([data-hidden]){display:none!important}
@media print{:host{display:none!important}}
*{box-sizing:border-box;margin:0}
button{font:inherit;border:0;padding:0;cursor:pointer;background:var(--fill);color:var(--ink);transition:transform .16s}
button:active{transform:scale(.95)}
:focus-visible{outline:3px solid #fff;outline-offset:1px;box-shadow:0 0 0 7px #14141f!important}
.launch{position:fixed;bottom:20px;right:20px;width:60px;height:60px;border-radius:50%;display:grid;place-items:center;box-shadow:0 0 0 1px #fff6,0 6px 20px #0005}
.launch:hover{transform:translateY(-2px)}
svg{grid-area:1/1;width:28px;height:28px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round;transition:opacity .16s,transform .16s}
.down,.open .talk{opacity:0;transform:rotate(-60deg)}
.open .down{opacity:1;transform:none}
.badge{position:absolute;top:-3px;right:-3px;min-width:22px;border-radius:11px;padding:0 6px;background:#c5162e;color:#fff;font:600 13px/22px system-ui,sans-serif;box-shadow:0 0 0 2px #fff}
.badge:empty,.x{display:none}
.panel{position:fixed;bottom:92px;right:20px;width:400px;max-width:calc(100vw - 40px);height:min(704px,calc(100vh - 112px));border-radius:18px;overflow:hidden;background:#fff;color:#1b1b24;font:15px/1.5 system-ui,sans-serif;box-shadow:0 0 0 1px #0001,0 18px 50px #0005;display:flex;flex-direction:column;visibility:hidden;opacity:0;transform:translateY(12px);transition:opacity .18s,transform .18s,visibility 0s .18s}
.open .panel{visibility:visible;opacity:1;transform:none;transition:opacity .18s,transform .18s}
::slotted(iframe){all:initial!important;position:absolute!important;width:100%!important;height:100%!important;visibility:hidden!important}
.open ::slotted(iframe.ready){visibility:visible!important}
.head{padding:20px;background:var(--fill);color:var(--ink);font-weight:600;font-size:17px}
.body{flex:1;display:grid;place-content:center;justify-items:center;gap:16px;padding:24px;text-align:center}
.dots{width:64px;height:12px;background:radial-gradient(circle closest-side,currentColor 90%,#0000) 0/33.4% 100%;opacity:.35;animation:wait 1.1s infinite linear}
@keyframes wait{0%{clip-path:inset(0 100% 0 0)}60%{clip-path:inset(0)}}
.retry,.x{border-radius:12px;min-height:44px;min-width:44px;padding:0 16px}
.x{position:absolute;top:10px;right:10px;font-size:24px}
.left>*{right:auto;left:20px}
@media (max-width:480px),(max-height:480px){
.panel{inset:var(--top,0) 0 auto 0!important;width:100%;max-width:none;height:var(--height,100dvh);border-radius:0}
.open .launch{display:none}.x{display:block}}
@media (prefers-color-scheme:dark){.panel{background:#17181d;color:#f1f1f5}}
@media (prefers-reduced-motion){*{transition:none!important;animation:none!important}}
@media (forced-colors:active){.launch,.panel{border:2px solid}}
`

const SVG = 'http://www.w3.org/2000/svg'

/** A picture of lines; the page's policy may forbid to write it as text. */
export function drawing(name: string, path: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  svg.setAttribute('class', name)
  const line = document.createElementNS(SVG, 'path')
  line.setAttribute('d', path)
  svg.append(line)
  return svg
}

/** An element with its class and what it holds. */
export function element<Tag extends 'div' | 'span' | 'button' | 'p'>(
  tag: Tag,
  name: string,
  ...inner: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  made.className = name
  made.append(...inner)
  return made
}
