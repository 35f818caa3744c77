import path from 'node:path';
import type { Chance } from '../random.ts';
import { mutateText, oddText } from './mutate.ts';
import type { World } from './world.ts';

const INSIDE = [
  '',
  '.',
  'a.txt',
  'sub',
  'sub/b.md',
  'sub/deep/c.bin',
  'ü ß/größe.txt',
  'large',
  'none',
  'none/below',
  'a.txt/below',
  'link-in',
  'loop/loop/a.txt',
  'itself',
  'fifo',
  'socket',
  'first',
  'repo',
  'repo/a.txt',
];
/** Ways to what is nobody's business. */
const TRAPS = [
  'proc-link/environ',
  'proc-link/mem',
  'proc-link/fd/3',
  'zero-link',
  'race/name/address.json',
  'race/name',
  'home-link/run',
  'home-link/journal',
  '../home/journal',
  '../home/runs',
  'sub/../../home/run',
];
/** Whoever wrote there would write anywhere. */
const AROUND = 'proc-link/root/proc/self/environ';
const SYSTEM = [
  '/',
  '/proc/self/environ',
  '/proc/self/mem',
  '/proc/1/environ',
  '/proc/thread-self/environ',
  '/proc/kmsg',
  '/proc/kcore',
  '/dev/zero',
  '/dev/tty',
  '/dev/stdin',
  '/sys/kernel/debug',
];

/** Something to look at: any place of this machine may be named. */
export function placeToRead(chance: Chance, world: World): string {
  if (chance.hit(0.1)) return chance.pick(SYSTEM);
  if (chance.hit(0.1))
    return path.join(path.dirname(world.address.socket), chance.pick(secretNames(world)));
  return chance.hit(0.01) ? `${world.work}/${AROUND}` : placeInWorld(chance, world);
}

/** Something to change, or to search through: what does not lead out of this world, or is no path at all. */
export function placeInWorld(chance: Chance, world: World): string {
  const plain = chance.hit(0.3) ? chance.pick(TRAPS) : chance.pick(INSIDE);
  const place = `${world.work}/${plain}`;
  // Below that link one letter more could lead anywhere.
  return chance.hit(0.7) || plain.includes('proc-link') ? place : oddly(chance, world, place);
}

function oddly(chance: Chance, world: World, place: string): string {
  const odd = [
    () => mutateText(chance, place),
    () => `${world.work}/${oddText(chance)}`,
    () => `${place}/${oddText(chance)}`,
    () => path.relative('/', place),
    () => `./${plainName(place)}`,
    () => `${place}/`,
    () => place.replaceAll('/', '//'),
    () => `${world.work}/${'d/'.repeat(chance.between(1, 1_500))}x`,
    () => `${world.work}/${'n'.repeat(chance.between(200, 300))}`,
    () => oddText(chance),
    () => `file://${place}`,
  ];
  const given = chance.pick(odd)();
  return isOfWorld(world, given) ? given : place;
}

function plainName(place: string): string {
  return path.basename(place);
}

/** Nothing that could be changed by it lies elsewhere: the fuzz may run as root. */
export function isOfWorld(world: World, given: string): boolean {
  if (!given.startsWith('/') || given.includes('\0')) return true;
  const normal = path.normalize(given);
  return normal === world.base || normal.startsWith(`${world.base}/`);
}

function secretNames(world: World): readonly string[] {
  const { version } = world.address;
  return [`${version}.json`, `${version}.lock`, `${version}.sock`, '', '..', '../..'];
}
