import { findProgram, hasDisplay } from '../system.mjs';

/**
 * A command under what windows and notifications need: a display (a virtual one where there is none) and a
 * session bus of its own. The display goes outside, so that what the bus starts has one too.
 */
export function withDisplay(command, args) {
  const bus = findProgram('dbus-run-session');
  const inner = bus === null ? [command, ...args] : [bus, '--', command, ...args];
  const virtual = hasDisplay() ? null : findProgram('xvfb-run');
  const outer = virtual === null ? inner : [virtual, '-a', '-s', '-screen 0 1600x1200x24', ...inner];
  const [program = command, ...rest] = outer;
  return { command: program, args: rest };
}
