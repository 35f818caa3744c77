// npm run bench -- [names] [--json FILE]
import { drive } from './lib/drive.mjs';

await drive('bench');
