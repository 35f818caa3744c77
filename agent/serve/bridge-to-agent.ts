import net from 'node:net';
import path from 'node:path';
import { openHome } from '../base/home.ts';
import { getAddress } from './address-file.ts';
import { runBridge } from './bridge.ts';
import type { RunOptions } from './run-agent.ts';

const [INPUT, OUTPUT] = [0, 1];

/**
 * Serves the bridge on the standard streams until the app has gone. Looks up the agent anew for each connection.
 * Answers the exit code.
 */
export async function bridgeToAgent({ home, version }: RunOptions): Promise<number> {
  const place = openHome(home);
  // `process.stdout` would block us whenever the connection is slow.
  const input = new net.Socket({ fd: INPUT, readable: true, writable: false });
  const output = new net.Socket({ fd: OUTPUT, readable: false, writable: true });
  const dial = () => net.connect(getAddress(place, version)?.socket ?? path.join(place.run, 'no-agent'));
  try {
    await runBridge({ input, output, dial });
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    // What was written last says why.
    await new Promise<void>((resolve) => {
      output.once('close', () => resolve());
      output.end(() => resolve());
    });
  }
}
