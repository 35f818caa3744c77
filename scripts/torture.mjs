// npm run torture -- kill [--count N] [--seed S]
import { drive } from './lib/drive.mjs';

await drive('torture');
